"""What the models of an account share."""

from typing import Self, TypeVar

from django.db import models

from oauth.models import Account

M = TypeVar("M", bound=models.Model, covariant=True)


class AccountQuerySet(models.QuerySet[M]):
    """Rows that belong to one business. Everything a person or an API client sees starts here."""

    def for_account(self, account: Account) -> Self:
        return self.filter(account=account)


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"

    @property
    def other(self) -> "Channel":
        return Channel.SMS if self is Channel.EMAIL else Channel.EMAIL
