"""Logos: the image that an account's pages and mails show beside its name."""

from django.db import models

from oauth.models import Account


class Logo(models.Model):
    """The image itself: a PNG, made small at the upload. `Account.logo` names its version, so that few read it."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="+")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"Logo of {self.account}"
