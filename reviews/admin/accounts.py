"""A business, with what it needs to ask for reviews."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from oauth.admin import BusinessAdmin
from oauth.models import Account
from reviews.sequences import create_default_sequence


@admin.register(Account)
class ReviewingAdmin(BusinessAdmin):
    """A new account starts with the standard sequence: without one, nobody could be asked."""

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            create_default_sequence(obj)
