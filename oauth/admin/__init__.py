"""The back-office's pages of people and the ways in, one module for each subject."""

from oauth.admin import access, invitations, second_factors
from oauth.admin.access import BusinessAdmin

__all__ = ["BusinessAdmin", "access", "invitations", "second_factors"]
