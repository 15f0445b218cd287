"""Settings, Business: name and place, when messages leave, consent, and from whom they come."""

from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldBooleanWidget

from oauth.models import Account
from reviewhub.backoffice.pages import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)
from reviewhub.backoffice.places import countries, zones
from reviewhub.backoffice.settings_pages import may_write, settings_page, show
from reviewhub.text_hours import LEGAL_TEXT_HOURS
from reviews.models.addresses import InvalidAddress, normalise_phone

MIDNIGHT = time(0)
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]


def _read_clock(value: Any) -> time:
    """Read a choice of the form, or what the account has already."""
    return value if isinstance(value, time) else time.fromisoformat(value)


class LongSelect(UnfoldAdminSelectWidget):
    """A select with hundreds of options, written without blanks between them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # Not by the renderer of forms, which does not know the project's own templates.
        return render_to_string("admin/settings/long_select.html", self.get_context(name, value, attrs))


class BusinessForm(forms.ModelForm):
    """The fields of an account that its owners and managers change, but for its looks."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), widget=LongSelect)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), widget=LongSelect)
    window_start = forms.TypedChoiceField(
        label=gettext_lazy("From"), coerce=_read_clock, widget=UnfoldAdminSelectWidget
    )
    window_end = forms.TypedChoiceField(label=gettext_lazy("Until"), coerce=_read_clock, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Account
        fields = (
            *("name", "postal_address", "country", "time_zone"),
            *("window_start", "window_end", "skip_holidays", "cooldown_days"),
            *("texts_need_consent", "mail_needs_consent"),
            *("sender_name", "reply_to", "text_sender"),
        )
        labels = {
            "name": gettext_lazy("Business name"),
            "postal_address": gettext_lazy("Postal address"),
            "skip_holidays": gettext_lazy("No messages on public holidays"),
            "cooldown_days": gettext_lazy("Ask the same customer again after … days"),
            "texts_need_consent": gettext_lazy("Text only customers who agreed to it"),
            "mail_needs_consent": gettext_lazy("Mail only customers who agreed to it"),
            "sender_name": gettext_lazy("Name of the sender"),
            "reply_to": gettext_lazy("Answers go to"),
            "text_sender": gettext_lazy("Texts come from"),
        }
        help_texts = {
            "name": gettext_lazy("As customers know it. It stands in messages and on your page."),
            "postal_address": gettext_lazy("Stands at the end of every mail: the law asks for it."),
            "skip_holidays": gettext_lazy("Those of the place where the customer is, as far as it is known."),
            "cooldown_days": gettext_lazy("Nobody is asked twice within this time, however often they are added."),
            "texts_need_consent": gettext_lazy("You say with each ask or import who agreed, and how."),
            "mail_needs_consent": "",
            "sender_name": gettext_lazy("Mail shows it as sender. Without one it shows the business name."),
            "reply_to": gettext_lazy("The mailbox in which you read what customers answer."),
            "text_sender": gettext_lazy(
                "Your own number, or a name of at most 11 letters and digits. Without one, that of this installation."
            ),
        }
        widgets = {
            "name": UnfoldAdminTextInputWidget({"autocomplete": "organization"}),
            "postal_address": UnfoldAdminTextareaWidget({"rows": 3, "autocomplete": "street-address"}),
            "skip_holidays": UnfoldBooleanWidget,
            "cooldown_days": UnfoldAdminIntegerFieldWidget({"min": 0, "max": 3650}),
            "texts_need_consent": UnfoldBooleanWidget,
            "mail_needs_consent": UnfoldBooleanWidget,
            "sender_name": UnfoldAdminTextInputWidget,
            "reply_to": UnfoldAdminEmailInputWidget({"autocomplete": "email"}),
            "text_sender": UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        }
        error_messages = {
            "name": {"required": gettext_lazy("Customers have to know who asks: give the business a name.")},
            "postal_address": {"required": gettext_lazy("The law asks for an address in every mail: give one.")},
        }

    def __init__(self, *args: Any, may_change: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.instance
        self._set_choices("country", countries())
        self.fields["country"].widget.attrs["data-search"] = _("Search for a country")
        self.fields["country"].help_text = _("Phone numbers without + are from there.")
        self._set_choices("time_zone", zones(account.country, timezone.now(), present=account.time_zone))
        self.fields["time_zone"].widget.attrs["data-search"] = _("Search for a city")
        self.fields["time_zone"].help_text = _("Behind each city stands what time it is there now.")
        opens, closes = (account.window_start, account.window_end)
        if opens == closes:  # all day
            opens = closes = self.initial["window_start"] = self.initial["window_end"] = MIDNIGHT
        starts = sorted({*HALF_HOURS, opens})
        ends = [*sorted({*HALF_HOURS, closes} - {MIDNIGHT}), MIDNIGHT]
        self._set_choices("window_start", [(f"{at}", _clock(at)) for at in starts])
        self._set_choices("window_end", [(f"{at}", _("midnight") if at == MIDNIGHT else _clock(at)) for at in ends])
        for field in self.fields.values():
            field.disabled = not may_change

    def _set_choices(self, name: str, choices: Any) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_text_sender(self) -> str:
        """Return a number in its stored form; a name as it is."""
        text: str = self.cleaned_data["text_sender"].strip()
        if not text or any(letter.isalpha() for letter in text):
            return text
        try:
            return normalise_phone(text, self.cleaned_data.get("country") or self.instance.country)[0]
        except InvalidAddress as error:
            raise forms.ValidationError(str(error)) from error

    def groups(self) -> list[dict[str, Any]]:
        """Return the fields in groups, each with a title and what is to be known of it."""
        opens, closes = (_clock(at) for at in LEGAL_TEXT_HOURS)
        hours = _("On the clock of each customer. Text messages never leave before %(opens)s or after %(closes)s.")
        return [
            self._group(_("The business"), "name", "postal_address", "country", "time_zone"),
            self._group(
                _("When messages leave"),
                *("window_start", "window_end", "skip_holidays", "cooldown_days"),
                about=hours % {"opens": opens, "closes": closes},
            ),
            self._group(_("Consent"), "texts_need_consent", "mail_needs_consent"),
            self._group(_("From whom"), "sender_name", "reply_to", "text_sender"),
        ]

    def _group(self, title: str, *names: str, about: str = "") -> dict[str, Any]:
        fields = [self[name] for name in names]
        paired = [field for field in fields if field.name.startswith("window_")]
        return {"title": title, "about": about, "pair": paired, "fields": [row for row in fields if row not in paired]}

    def meaning(self) -> list[str]:
        """Return in words what follows from the changes."""
        account, changed = self.instance, set(self.changed_data)
        words = []
        if changed & {"window_start", "window_end"}:
            if account.window_start == account.window_end:
                words.append(_("Mail leaves at any hour now, also what is planned already."))
            else:
                hours = {"opens": _clock(account.window_start), "closes": _clock(account.window_end)}
                words.append(
                    _("Messages leave from %(opens)s until %(closes)s now, also those that are planned.") % hours
                )
        if "cooldown_days" in changed:
            days = account.cooldown_days
            words.append(
                ngettext(
                    "From now on a customer is asked again after %(count)d day at the earliest.",
                    "From now on a customer is asked again after %(count)d days at the earliest.",
                    days,
                )
                % {"count": days}
            )
        if "texts_need_consent" in changed and account.texts_need_consent:
            words.append(_("No text leaves any more to a number whose owner did not agree to it."))
        if "mail_needs_consent" in changed and account.mail_needs_consent:
            words.append(_("No mail leaves any more to an address whose owner did not agree to it."))
        if changed & {"name", "sender_name"}:
            words.append(_("The next mails come from “%(sender)s”.") % {"sender": account.sender})
        if "reply_to" in changed and account.reply_to:
            words.append(_("What customers answer by mail goes to %(address)s.") % {"address": account.reply_to})
        return words


def _clock(at: time) -> str:
    return str(time_format(at, "TIME_FORMAT"))


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page()
def business(request: HttpRequest, account: Account, **url_values: Any) -> HttpResponse:
    """Show the account's fields on GET; change them on POST."""
    if request.method != "POST":
        # Of its own: a form writes into the row that it is made for, and the header shows the other one.
        form = BusinessForm(instance=Account.objects.get(pk=account.pk), may_change=may_write(request, account))
        return _render(request, account, form)
    with transaction.atomic():
        row = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        form = BusinessForm(request.POST, instance=row)
        if form.is_valid():
            row.save(update_fields=form.changed_data) if form.changed_data else None
            done = _("Saved.") if form.changed_data else _("Nothing was changed.")
            messages.success(request, " ".join([done, *form.meaning()]))
            return HttpResponseRedirect(reverse("settings-business"))
    return _render(request, account, form, status=400)


def _render(request: HttpRequest, account: Account, form: BusinessForm, status: int = 200) -> HttpResponse:
    context = {"title": _("Business"), "form": form, "may_write": may_write(request, account)}
    return show(request, "business.html", context, account=account, status=status)


urlpatterns = [path("business/", business, name="settings-business")]
