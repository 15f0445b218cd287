"""The steps in the form of a sequence: what is typed, what is wrong with it, and how it would look."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oauth.models import Account
from reviewhub.backoffice.pages import (
    PaginationInlineFormSet,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)
from reviewhub.languages import ENGLISH
from reviewhub.refused import Refused
from reviews.admin.planned_messages import CHANGE, KEEP, Changes, planned_changes
from reviews.admin.sequence_editor import Look, look_at
from reviews.admin.sequence_words import CHANNELS, HOURS_OF_A_DAY, step_name
from reviews.admin.step_translations import BEGIN, Pane, Tab, add_fields, field_name, keep_texts, others
from reviews.admin.variables import example
from reviews.delivery.content.templates import check_template
from reviews.delivery.content.wording import check_wording
from reviews.models import Contact, FollowUpStep, Sequence
from reviews.models.base import MAX_DELAY_HOURS
from reviews.models.sequence import MAX_FOLLOW_UPS
from reviews.requests.sequences import check_number

TEXTS = ("email_subject", "email_text", "sms_text")
USUAL_WAIT = 72  # hours, of a step that is new
# Buttons that show the form as it stands, in place of saving it.
PREVIEW, ADD, BACK = "_preview", "_add_step", "_back"
ONLY_SHOWN = {PREVIEW, ADD, BACK, BEGIN}


class DelayWidget(forms.NumberInput):
    """A number and its unit, days or hours; the value is hours. Without a unit in the data, hours are meant."""

    template_name = "admin/reviews/sequence/delay.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        text = str(value or "").strip()
        is_days = data.get(f"{name}-unit") == "days"
        return int(text) * HOURS_OF_A_DAY if is_days and len(text) < 6 and text.isdecimal() else value

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        text = str("" if value is None else value)
        is_days = text.isdecimal() and int(text[:9]) > 0 and int(text[:9]) % HOURS_OF_A_DAY == 0
        shown = int(text[:9]) // HOURS_OF_A_DAY if is_days else value
        context = super().get_context(name, shown, attrs)
        context["widget"] |= {"unit_name": f"{name}-unit", "is_days": is_days}
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # By the engine of pages: that of widgets knows the templates of libraries alone.
        context = self.get_context(name, value, attrs)
        context["widget"]["flat"] = flatatt(context["widget"]["attrs"])
        return render_to_string(self.template_name, context)


class StepForm(forms.ModelForm):
    """A step. Its texts can be rendered, hold the link to the page, and the first text says how to opt out."""

    position = forms.TypedChoiceField(
        label=gettext_lazy("Place"),
        choices=[("", "–"), *((number, str(number + 1)) for number in range(MAX_FOLLOW_UPS + 1))],
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    delay_hours = forms.IntegerField(
        label=gettext_lazy("Wait"),
        min_value=0,
        max_value=MAX_DELAY_HOURS,
        widget=DelayWidget,
        help_text=gettext_lazy("After the message before it, unless the customer has answered."),
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=CHANNELS,
        initial=FollowUpStep.ChannelRule.AUTO,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = FollowUpStep
        fields = ("position", "delay_hours", "channel", *TEXTS)
        labels = {
            "email_subject": gettext_lazy("Subject of the mail"),
            "email_text": gettext_lazy("Mail"),
            "sms_text": gettext_lazy("Text message"),
        }
        widgets = {
            "email_subject": UnfoldAdminTextInputWidget({"autocomplete": "off"}),
            "email_text": UnfoldAdminTextareaWidget({"rows": 12}),
            "sms_text": UnfoldAdminTextareaWidget({"rows": 4}),
        }

    account: Account | None = None  # whose messages the preview shows; none where that is still to be chosen
    contact: Contact | None = None

    def __init__(self, *args: Any, language: str = ENGLISH, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        add_fields(self, language)
        if self.instance._state.adding:
            self.initial["delay_hours"] = USUAL_WAIT

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        keep_texts(self, self.language)
        for pane in self.panes:
            for name, field in zip(TEXTS, pane.fields, strict=True):
                text = cleaned.get(field.name) or ""
                problems = check_template(text)
                if text and name != "email_subject" and not problems and "link" not in text:
                    problems = [_("Insert the link: it leads to the page.")]
                for problem in [*problems, *check_wording(text)]:
                    self.add_error(field.name, problem)
        if cleaned.get("position") == 0:
            self.check_first_text()
        return cleaned

    def check_first_text(self) -> None:
        """In each language the first text names the business and says how to opt out (docs/rules.md T2)."""
        for pane in self.panes:
            name = pane.text.name
            text = self.cleaned_data.get(name) or ""
            if name in self.errors or not (text or pane.is_own):
                continue
            if "business_name" not in text and "sender_name" not in text:
                self.add_error(name, _("The first text must name the business: insert “business name”."))
            if "STOP" not in text:
                self.add_error(name, _("The first text must say how to opt out, such as: Reply STOP to opt out."))

    @cached_property
    def panes(self) -> list[Pane]:
        """The texts in each language, the sequence's own first."""
        return [self._pane(self.language), *map(self._pane, others(self.language))]

    def _pane(self, language: str) -> Pane:
        is_own = language == self.language
        names = [name if is_own else field_name(name, language) for name in TEXTS]
        fields = [self[name] for name in names]
        return Pane(language, fields, partial(self._look_in, language, fields), is_own)

    @property
    def place(self) -> int | None:
        """The position as it stands in the form; None where it has none yet."""
        value = self["position"].value()
        text = "" if value is None else str(value)
        return int(text) if len(text) == 1 and text.isdecimal() else None

    @property
    def name(self) -> str:
        """The name of the step as it stands in the form."""
        if self.place is None and self["delay_hours"].value() in (None, ""):
            return _("New step")
        text = str(self["delay_hours"].value())
        hours = int(text) if len(text) < 6 and text.isdecimal() else USUAL_WAIT
        return step_name(1 if self.place is None else self.place, hours)

    @property
    def is_first(self) -> bool:
        return self.place == 0

    def _look_in(self, language: str, fields: list[BoundField]) -> Look | None:
        """Return the messages as a customer would get them, with the texts of these fields."""
        if self.account is None:
            return None
        texts = {name: str(field.value() or "") for name, field in zip(TEXTS, fields, strict=True)}
        step = FollowUpStep(position=self.place or 0, sequence=Sequence(language=language), **texts)
        return look_at(step, account=self.account, contact=self.contact or example(self.account))


class StepFormSet(PaginationInlineFormSet):
    """The steps of one sequence, among them a first ask.

    `changes` is set where saving would change messages that are planned, and nobody has said yet what is to become of
    them: then nothing is saved, and the page asks.
    """

    changes: Changes | None = None
    keeps_planned = False  # the planned messages stay as they are: a copy of the sequence takes them

    @property
    def language(self) -> str:
        """The language of the sequence; of a new one, its business's."""
        sequence = self.instance
        if sequence.pk or not sequence.account_id:
            return str(sequence.language)
        return str(sequence.account.language)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        return kwargs | {"language": self.language}

    @property
    def tabs(self) -> list[Tab]:
        """The languages in which texts can be written, with what is missing in each."""
        panes = [form.panes for form in self.forms if "DELETE" not in form.fields or not form["DELETE"].value()]
        return [Tab(each[0].language, each) for each in zip(*panes, strict=True)]

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        if i == 0 and not self.initial_form_count():
            form.initial["position"] = 0
        return self._with_business(form)

    @property
    def empty_form(self) -> Any:
        return self._with_business(super().empty_form)

    def _with_business(self, form: Any) -> Any:
        form.account = self.instance.account if self.instance.account_id else None
        form.contact = self._contact()
        return form

    def _contact(self) -> Contact | None:
        """Return the customer whom the preview is for; None for an invented one."""
        key = self.data.get("preview_contact") if self.is_bound else None
        if not key or not self.instance.account_id:
            return None
        if not hasattr(self, "_chosen"):
            try:
                rows = Contact.objects.for_account(self.instance.account).filter(pk=UUID(key), erased_at=None)
            except ValueError:
                rows = Contact.objects.none()
            self._chosen = rows.first()
            if self._chosen:
                self._chosen.account = self.instance.account
        return self._chosen

    @property
    def in_order(self) -> Iterator[StepForm]:
        """The forms in the order of their places, those without one last."""
        return iter(sorted(self.forms, key=lambda form: MAX_FOLLOW_UPS + 1 if form.place is None else form.place))

    def is_valid(self) -> bool:
        is_sound = super().is_valid()
        return is_sound and self.changes is None and not self._is_only_shown

    @property
    def _is_only_shown(self) -> bool:
        return not ONLY_SHOWN.isdisjoint(self.data)

    def clean(self) -> None:
        if any(self.errors):
            return
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in kept if not form.cleaned_data.get("DELETE")]
        self._give_places(kept)
        steps = {form.instance.position: form.instance for form in kept}
        if len(steps) < len(kept):
            raise ValidationError(_("Two steps stand in the same place. Give each its own."))
        if 0 not in steps:
            raise ValidationError(_("A sequence needs its first ask: keep a step in the first place."))
        super().clean()
        if any(form.errors for form in kept) or not self.instance.pk or self._is_only_shown:
            return
        self._weigh_changes(steps)

    def _give_places(self, kept: list[Any]) -> None:
        """Give the steps that have no place yet the one after the last; a free one where there is none."""
        taken = {form.cleaned_data.get("position") for form in kept}
        for form in kept:
            if form.cleaned_data.get("position") is not None:
                continue
            after = max((place for place in taken if place is not None), default=-1) + 1
            free = [place for place in [after, *range(MAX_FOLLOW_UPS + 1)] if place not in taken]
            if not free or free[0] > MAX_FOLLOW_UPS:
                free = [place for place in free if place <= MAX_FOLLOW_UPS]
            if not free:
                raise ValidationError(_("A sequence has at most %(number)s steps.") % {"number": MAX_FOLLOW_UPS + 1})
            form.cleaned_data["position"] = form.instance.position = free[0]
            taken.add(free[0])
            if free[0] == 0:
                form.check_first_text()

    def _weigh_changes(self, steps: dict[int, FollowUpStep]) -> None:
        changes = planned_changes(self.instance, steps)
        if not changes or (answer := self.data.get("planned")) == CHANGE:
            return
        if answer != KEEP:
            self.changes = changes
            return
        try:
            check_number(self.instance.account)
        except Refused as refusal:
            raise ValidationError(refusal.reason) from refusal
        self.keeps_planned = True

    def save(self, commit: bool = True) -> Any:
        """Save the steps; those that move are deleted first, since two that change places would meet in one of them."""
        moved = [form.instance.pk for form in self.initial_forms if "position" in form.changed_data]
        if commit:
            FollowUpStep.objects.filter(pk__in=moved).delete()  # saving inserts them again, under the same key
        return super().save(commit)
