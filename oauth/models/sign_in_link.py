"""Links that sign a developer's phone in, once. Made where DEBUG is on, by `manage.py up`, and nowhere else."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext

LIFETIME = timedelta(minutes=10)


class SignInLink(models.Model):
    """A link with a secret, of which only the hash is stored; it goes when it is used."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return gettext("Link for %(user)s") % {"user": self.user}
