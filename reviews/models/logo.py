"""What an account's pages and mails show beside its name."""

from django.db import models

from oauth.models import Account


class Logo(models.Model):
    """The image itself: a PNG, made small when it came in. `Account.logo` says which, without reading it."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="+")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"Logo of {self.account}"
