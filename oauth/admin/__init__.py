"""Back-office pages of people, accounts and their access, one module for each subject."""

from oauth.admin import access, invitations, second_factors
from oauth.admin.access import BusinessAdmin

__all__ = ["BusinessAdmin", "access", "invitations", "second_factors"]
