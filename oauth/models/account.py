"""Accounts: the businesses that ask for reviews, and the people who work in them."""

import secrets
import uuid
import zoneinfo
from datetime import time
from typing import Self, TypeVar

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from reviewhub.mailboxes import InvalidEmail, normalise_email
from reviewhub.text_hours import LEGAL_TEXT_HOURS

M = TypeVar("M", bound=models.Model)


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            gettext("%(name)s is not an IANA time zone such as America/New_York."), params={"name": name}
        )


def validate_country(code: str) -> None:
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValidationError(gettext("%(code)s is not an ISO 3166 country code such as US."), params={"code": code})


def validate_language(code: str) -> None:
    if code not in dict(settings.LANGUAGES):
        languages = ", ".join(dict(settings.LANGUAGES))
        raise ValidationError(
            gettext("%(code)s is none of the languages here: %(languages)s."),
            params={"code": code, "languages": languages},
        )


def validate_email_address(text: str) -> None:
    """Refuse an address that no mail could be sent to, or that a mail would be sent elsewhere for."""
    try:
        normalise_email(text)
    except InvalidEmail as error:
        raise ValidationError(str(error)) from error


# Without the characters that look alike in print: 0 and o; 1, l and i.
SCAN_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_scan_code() -> str:
    """Return eight random characters that can be typed from a printed card."""
    return "".join(secrets.choice(SCAN_ALPHABET) for _ in range(8))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour such as #1d4ed8 (WCAG 2)."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class Account(models.Model):
    """A business that asks its customers for reviews; every other row belongs to one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("business name"), max_length=150)
    country = models.CharField(
        max_length=2,
        default="US",
        validators=[validate_country],
        help_text=_("Where phone numbers without + are from."),
    )
    time_zone = models.CharField(max_length=64, default="America/New_York", validators=[validate_time_zone])
    window_start = models.TimeField(
        _("send from"), default=time(9), help_text=_("Local time of the recipient. The same time twice means all day.")
    )
    window_end = models.TimeField(
        _("send until"), default=time(20), help_text=_("Texts never leave outside 8:00 to 21:00, whatever stands here.")
    )
    skip_holidays = models.BooleanField(
        _("no messages on holidays"),
        default=False,
        help_text=_("Public holidays where the recipient is, as far as known."),
    )
    cooldown_days = models.PositiveSmallIntegerField(
        default=90,
        validators=[MaxValueValidator(3650)],
        help_text=_("A contact is not asked again within this many days of the last request."),
    )
    texts_need_consent = models.BooleanField(
        _("texts only with consent"),
        default=False,
        db_default=False,
        help_text=_("A text leaves only to a number whose owner agreed to it, as an ask or an import says."),
    )
    mail_needs_consent = models.BooleanField(
        _("mail only with consent"),
        default=False,
        db_default=False,
        help_text=_("The same for e-mail addresses."),
    )
    sender_name = models.CharField(
        max_length=100, blank=True, help_text=_("What mail shows as sender; the business name if empty.")
    )
    reply_to = models.EmailField(_("reply-to address"), blank=True, validators=[validate_email_address])
    text_sender = models.CharField(
        max_length=20,
        blank=True,
        validators=[
            RegexValidator(r"^(\+[1-9]\d{6,14}|[A-Za-z0-9 ]{1,11})$", _("A number in E.164 or a sender name."))
        ],
        help_text=_("The number texts come from; the installation's own if empty."),
    )
    texts_per_second = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("What the account's own number may send; the installation's rate if empty."),
    )
    postal_address = models.TextField(
        max_length=500, help_text=_("Stands in every mail: the law asks for it (CAN-SPAM, 16 CFR 316).")
    )
    colour = models.CharField(
        max_length=7,
        default="#1d4ed8",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour such as #1d4ed8."))],
    )
    language = models.CharField(
        max_length=10,
        default="en",
        validators=[validate_language],
        help_text=_("What the customer's pages speak, and the parts of a message that no template says."),
    )
    is_informal = models.BooleanField(
        _("informal"),
        default=False,
        db_default=False,
        help_text=_("Customers are addressed with du, tú, tu in place of Sie, usted, vous."),
    )
    logo = models.CharField(
        max_length=32, blank=True, editable=False, help_text=_("Which one; its file has its own row.")
    )
    page_heading = models.CharField(
        max_length=150, blank=True, help_text=_("What the customer's page asks; “How did we do, Jane?” if empty.")
    )
    page_text = models.TextField(max_length=1000, blank=True, help_text=_("What stands below it."))
    thanks_text = models.TextField(max_length=1000, blank=True, help_text=_("What is said to who has answered."))
    page_translations = models.JSONField(
        _("the page's words in other languages"),
        default=dict,
        db_default={},
        blank=True,
        help_text=_("By language and name."),
    )
    scan_code = models.CharField(
        max_length=16, unique=True, default=new_scan_code, editable=False, help_text=_("The printed page's address.")
    )
    calls_per_minute = models.PositiveIntegerField(
        _("API calls a minute"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("For all of its keys and apps together; the installation's limit if empty."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    hides_set_up = models.BooleanField(
        default=False, db_default=False, editable=False, help_text=_("Today shows no list of what is still to set up.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(window_start__lte=models.F("window_end")) | models.Q(window_end=time(0)),
                name="account_window_in_one_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sender(self) -> str:
        """The name that messages are signed with."""
        return self.sender_name or self.name

    @property
    def colour_text(self) -> str:
        """Colour of text on the account's colour: black or white, whichever can be read."""
        return "#000000" if luminance(self.colour) > 0.179 else "#ffffff"

    def clean(self) -> None:
        super().clean()
        if self.window_start is None or self.window_end is None or self.window_start == self.window_end:
            return
        if self.window_end != time(0) and self.window_start > self.window_end:
            raise ValidationError({"window_end": gettext("The window ends before it starts.")})
        opens, closes = LEGAL_TEXT_HOURS
        if self.window_start >= closes or (self.window_end != time(0) and self.window_end <= opens):
            raise ValidationError(
                {"window_start": gettext("No text could ever leave: the window lies outside 8:00 to 21:00.")}
            )


class Membership(models.Model):
    """A person's role in an account."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")
        VIEWER = "viewer", _("Viewer")

    class Tell(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Once a day")
        NEVER = "never", _("Never")

    # Of who has chosen nothing. Owners answer for the business. Managers have one mail in the morning, so that nothing
    # lies about while the owner is away. Viewers may only look: nothing waits for them.
    TELL_BY_ROLE = {Role.OWNER: Tell.AT_ONCE, Role.MANAGER: Tell.DAILY, Role.VIEWER: Tell.NEVER}

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey("oauth.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MANAGER)
    tell = models.CharField(
        _("mail about the inbox"),
        max_length=7,
        choices=Tell,
        blank=True,
        default="",
        db_default="",
        help_text=_("When the person is told what waits in the inbox; as usual in their role if empty."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_once_per_user"),
            models.CheckConstraint(
                condition=models.Q(role__in=["owner", "manager", "viewer"]), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(tell__in=["", "at_once", "daily", "never"]), name="membership_tell_known"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(user)s, %(role)s of %(account)s") % {
            "user": self.user,
            "role": self.get_role_display(),
            "account": self.account,
        }

    @property
    def told(self) -> "Membership.Tell":
        """When the person is told what waits in the inbox: as they chose, or as usual in their role."""
        return Membership.Tell(self.tell) if self.tell else self.TELL_BY_ROLE[Membership.Role(self.role)]

    @classmethod
    def are_told(cls, when: "Membership.Tell", path: str = "") -> models.Q:
        """Return the condition that `told` is that; `path` leads to the membership, as in "mail__membership__"."""
        roles = [role for role, usual in cls.TELL_BY_ROLE.items() if usual == when]
        return models.Q(**{f"{path}tell": when}) | models.Q(**{f"{path}tell": "", f"{path}role__in": roles})


class ActsForAccount(models.Model):
    """Base of keys, codes and tokens: what was made under a membership ends with it, for good.

    They point to it by its number, which is never given again, with no constraint and no cascade. However it goes, and
    also while a token is being issued, they are dead; a person who comes back has another membership.
    """

    membership = models.ForeignKey(
        Membership,
        # None: its person had left before this column was added.
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True


class ActingQuerySet(models.QuerySet[M]):
    """Rows that let a user act for an account: keys, codes, tokens."""

    def acting(self) -> Self:
        """Rows whose user and account are active, and whose membership lasts."""
        lasting = {"membership__user": F("user"), "membership__account": F("account")}
        return self.filter(user__is_active=True, account__is_active=True, **lasting)

    def with_role(self) -> Self:
        """Annotate `role`, the user's role in the account; only after `acting`."""
        return self.annotate(role=F("membership__role"))
