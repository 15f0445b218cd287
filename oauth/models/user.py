"""Users: the people who sign in."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from oauth.models.account import validate_language


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create the operator of the installation, who sees every account."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of an address, in upper or lower case: so sign-in finds them."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address; what they may do comes from memberships."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField(_("may open the back-office"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # A session belongs to the generation in which it began, and ends with it: see oauth.sign_in.sessions.
    session_generation = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    language = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        validators=[validate_language],
        help_text=_("Of the back-office and of mail to this person; as the browser says if empty."),
    )
    hides_set_up = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_("To the operator, Today shows no list of what is still to set up of the installation."),
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Name of the person in the back-office."""
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session of the person must hold: Django's hash of the password, with the generation in it.

        Generation 0 leaves Django's hash as it is, so that sessions from before there were generations go on.
        """
        of_password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        if not self.session_generation:
            return of_password
        value = f"{of_password} {self.session_generation}"
        return salted_hmac("session generation", value, secret=secret, algorithm="sha256").hexdigest()
