"""The actions on one webhook: send a test, tell again, new secret, retire the former secret, switch off and on."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from oauth.models import User
from reviewhub.backoffice.actions import Action
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviews.models import Endpoint
from reviews.webhooks import endpoints


class PeriodForm(forms.Form):
    """The time whose events are sent again; the last day, to begin with."""

    since = forms.SplitDateTimeField(label=_("Since"), widget=UnfoldAdminSplitDateTimeWidget)
    until = forms.SplitDateTimeField(label=_("Until"), widget=UnfoldAdminSplitDateTimeWidget)

    def __init__(self, endpoint: Endpoint, data: Any) -> None:
        now = timezone.localtime(timezone.now()).replace(microsecond=0)
        super().__init__(data, initial={"since": now - timedelta(days=1), "until": now})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"since", "until"} <= set(cleaned) and cleaned["since"] >= cleaned["until"]:
            self.add_error("until", gettext("The end comes after the beginning."))
        return cleaned


def _send_test(endpoint: Endpoint, form_data: dict[str, Any], by: User) -> str:
    endpoints.test(endpoint, timezone.now())
    return gettext("A test event is on its way: look at the calls below in a moment.")


def _tell_again(endpoint: Endpoint, form_data: dict[str, Any], by: User) -> str:
    since, until = form_data["since"], form_data["until"]
    count = endpoints.replay_between(endpoint, since=since, until=until, now=timezone.now())
    return gettext("Events that are told again: %(number)s.") % {"number": number(count)}


def _roll_secret(endpoint: Endpoint, form_data: dict[str, Any], by: User) -> str:
    endpoints.roll(endpoint)
    return gettext("There is a new secret. The former one signs, too, until you retire it.")


def _retire_secret(endpoint: Endpoint, form_data: dict[str, Any], by: User) -> str:
    if not endpoints.retire_former(endpoint):
        raise Refused("endpoint", "There is no former secret.")
    return gettext("The former secret signs no more.")


def _switch_off(endpoint: Endpoint, form_data: dict[str, Any], by: User) -> str:
    endpoints.switch_off(endpoint, "", tell=False)
    return gettext("Switched off. What happens from now on can be told later.")


def _switch_on(endpoint: Endpoint, form_data: dict[str, Any], by: User) -> str:
    endpoints.switch_on(endpoint)
    return gettext("Switched on. To tell it what it missed, choose “Tell again”.")


WEBHOOK_ACTIONS: tuple[Action[Endpoint], ...] = (
    Action(
        name="send_test",
        label=_("Send a test"),
        url_path="test",
        icon="send",
        question=_("Send a test event to {row}?"),
        explanation=_("It is signed like a real one, and names no customer."),
        confirm=_("Send a test"),
        is_offered=lambda endpoint: endpoint.is_active,
        perform=_send_test,
    ),
    Action(
        name="tell_again",
        label=_("Tell again"),
        url_path="again",
        icon="replay",
        question=_("Tell {row} again?"),
        explanation=_(
            "Everything that happened in this time and that it is to be told, also what it got already: its "
            "program knows them by their webhook-id. Events are kept for 30 days."
        ),
        confirm=_("Tell again"),
        is_offered=lambda endpoint: endpoint.is_active,
        perform=_tell_again,
        form=PeriodForm,
    ),
    Action(
        name="roll_secret",
        label=_("New secret"),
        url_path="roll",
        icon="key",
        question=_("Make a new secret for {row}?"),
        explanation=_(
            "Both sign until you retire the one of now: change over without hurry. A former one ends at once."
        ),
        confirm=_("Make a new secret"),
        perform=_roll_secret,
    ),
    Action(
        name="retire_secret",
        label=_("Retire former secret"),
        url_path="retire",
        icon="key_off",
        question=_("Retire the former secret of {row}?"),
        explanation=_("Once its program knows the new one."),
        confirm=_("Retire it"),
        is_offered=lambda endpoint: bool(endpoint.former_secret),
        perform=_retire_secret,
    ),
    Action(
        name="switch_off",
        label=_("Switch off"),
        url_path="off",
        icon="toggle_off",
        question=_("Switch {row} off?"),
        explanation=_("What waits to be told is held. It can be told again later, for 30 days."),
        confirm=_("Switch it off"),
        is_offered=lambda endpoint: endpoint.is_active,
        perform=_switch_off,
    ),
    Action(
        name="switch_on",
        label=_("Switch on"),
        url_path="on",
        icon="toggle_on",
        question=_("Switch {row} on?"),
        explanation=_("It is told what happens from now on. What it missed, you can have told again."),
        confirm=_("Switch it on"),
        is_offered=lambda endpoint: not endpoint.is_active,
        perform=_switch_on,
    ),
)
