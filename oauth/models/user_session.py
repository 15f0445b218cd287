"""Sessions of people: the browsers in which somebody is signed in."""

import uuid

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext

from reviewhub.devices import describe_device

LONGEST_USER_AGENT = 200
LONGEST_ADDRESS = 45  # of an IPv6 address that holds one of IPv4


class UserSession(models.Model):
    """A person's session as it is shown to them. It goes with the session, however that ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="of_user")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    address = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    user_agent = models.CharField(max_length=LONGEST_USER_AGENT, blank=True)
    signed_in_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return gettext("Session of %(user_id)s") % {"user_id": self.user_id}

    @property
    def device(self) -> str:
        """Browser and system in words."""
        return describe_device(self.user_agent)
