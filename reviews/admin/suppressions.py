"""Suppressions: added by staff and by customers, lifted with a reason, taken in from a list."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviewhub.backoffice.business import offer, written_in_view
from reviewhub.backoffice.history import Entry
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import (
    FixedRows,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    WithHistory,
    action,
    display,
)
from reviewhub.languages import number
from reviewhub.sentences import said
from reviews.admin.evidence import AddressForm, evidence_page
from reviews.admin.lists.do_not_contact import DoNotContact
from reviews.contacts import doubts, opt_outs
from reviews.contacts.evidence import Subject
from reviews.contacts.search import stored_spelling
from reviews.models import Contact, InboxItem, Suppression
from reviews.models.addresses import InvalidAddress, read_address

NOT_AN_OPT_OUT = InboxItem.Outcome.NOT_AN_OPT_OUT
MOST_TAKEN_IN = 5_000  # addresses of one list


class SuppressionForm(forms.ModelForm):
    """An address, which must be one of the chosen channel."""

    class Meta:
        model = Suppression
        fields = ("account", "channel", "address", "evidence")
        help_texts = {"address": _("An e-mail address or a mobile number."), "evidence": _("What happened, and when.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        address, account = cleaned.get("address", "").strip(), cleaned.get("account")
        if not address:
            self.add_error("address", gettext("Which address must not be written to?"))
        elif account and "channel" in cleaned:
            try:
                channel, cleaned["address"] = read_address(address, account.country)
            except InvalidAddress as error:
                self.add_error("address", str(error))
            else:
                if channel != cleaned["channel"]:
                    self.add_error(
                        "channel",
                        gettext("The address is one for another channel: %(channel)s.") % {"channel": channel.label},
                    )
        return cleaned


class TakeInForm(forms.Form):
    """The opt-outs that another program kept: addresses and numbers mixed, one in each line."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Business"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    addresses = forms.CharField(
        label=_("Addresses and numbers"),
        widget=UnfoldAdminTextareaWidget({"rows": 12}),
    )
    evidence = forms.CharField(
        label=_("Where they are from"),
        max_length=300,
        help_text=_("Such as: the opt-outs of our former mail program, exported on 3 March."),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        self.fields["addresses"].help_text = gettext("One in each line, up to %(number)s.") % {
            "number": number(MOST_TAKEN_IN)
        }
        offer(self.fields["account"], written_in_view(request))

    def clean(self) -> dict[str, Any]:
        """Read all lines or none: the errors name each line that is no address."""
        cleaned = super().clean() or {}
        account = cleaned.get("account")
        lines = [line.strip().strip(",;\"'") for line in cleaned.get("addresses", "").splitlines()]
        if len(lines) > MOST_TAKEN_IN:
            self.add_error(
                "addresses",
                gettext("Up to %(number)s lines at a time.") % {"number": number(MOST_TAKEN_IN)},
            )
        elif account:
            cleaned["places"] = list(dict.fromkeys(self._places(lines, account)))
        return cleaned

    def _places(self, lines: list[str], account: Account) -> Iterator[tuple[str, str]]:
        for place, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                yield read_address(line, account.country)
            except InvalidAddress as error:
                self.add_error("addresses", gettext("Line %(line)s: %(text)s") % {"line": place, "text": error})


class LiftForm(forms.Form):
    """The reason for which an address may be written to again."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=150,
        help_text=_("Such as: asked for it by phone on 3 March. Kept with the address."),
        widget=UnfoldAdminTextInputWidget,
    )


class ReasonFilter(admin.SimpleListFilter):
    """A filter by why the address must not be written to."""

    title = _("Why")
    parameter_name = "reason__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(reason.value, reason.label) for reason in Suppression.Reason]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


@admin.register(Suppression)
class SuppressionAdmin(FixedRows, WithList, WithHistory):
    """Added by staff here, by customers on their own; lifted with a reason, never deleted."""

    form = SuppressionForm
    listing = DoNotContact()
    list_filter = (ReasonFilter,)
    ordering = ("-pk",)  # newest first
    search_fields = ("address",)
    actions = ("lift",)
    actions_list = ("take_in", "evidence_of")
    actions_detail = ("evidence",)
    fields = ("account", "channel", "address", "evidence")

    def entries(self, row: Suppression) -> list[Entry]:
        """Return when the address was suppressed and lifted: a suppression keeps no versions, it is its own record."""
        entries = []
        for suppression in Suppression.objects.for_account(row.account).filter(address_hash=row.address_hash):
            name, evidence, because = str(suppression), suppression.evidence, suppression.lifted_because
            fields = [(gettext("Evidence"), "", said(evidence))] if evidence else []
            entries.append(
                Entry(suppression.created_at, "", name, gettext("Must not be written to from here on"), fields)
            )
            if suppression.lifted_at:
                entries.append(
                    Entry(
                        suppression.lifted_at,
                        "",
                        name,
                        gettext("May be written to again"),
                        [(gettext("Because"), "", because)],
                    )
                )
        return sorted(entries, key=lambda entry: entry.at, reverse=True)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        names = ("shown" if name == "address" else name for name in self.fields)
        lifted = ("lifted_at", "lifted_because") if obj.lifted_at else ()
        return (*names, "customer", "reason", "created_at", *lifted)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        words = " ".join(stored_spelling(word) for word in search_term.split())
        found: tuple[QuerySet[Suppression], bool] = super().get_search_results(request, queryset, words)
        return found

    @display(description=_("Address"), ordering="address")
    def shown(self, suppression: Suppression) -> str:
        return suppression.shown_address

    @display(description=_("Customer"))
    def customer(self, suppression: Suppression) -> str:
        """Lead to whom the address belongs: there it is allowed again."""
        field = Contact.address_field(suppression.channel)
        own = Contact.objects.for_account(suppression.account).filter(**{field: suppression.address})
        contact = own.order_by("created_at").first() if suppression.address else None
        if contact is None:
            return "–"
        link = reverse("admin:reviews_contact_change", args=[contact.pk])
        return format_html('<a class="rh-link" href="{}">{}</a>', link, contact)

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        suppression = opt_outs.opt_out(
            account=obj.account,
            channel=obj.channel,
            address=obj.address,
            reason=Suppression.Reason.STAFF,
            evidence=f"{obj.evidence} (added by {request.user})" if obj.evidence else f"Added by {request.user}.",
            now=timezone.now(),
        )
        obj.pk = suppression.pk

    @action(description=_("Lift: allow the chosen addresses again …"), permissions=["write"])
    def lift(self, request: HttpRequest, rows: QuerySet[Suppression]) -> HttpResponse | None:
        """Ask for a reason, then lift: somebody who once said no may be written to again only for a good one."""
        chosen = list(rows.select_related("account"))
        form = LiftForm(request.POST if "because" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("Allow these addresses again?"),
                "opts": self.opts,
                "rows": chosen,
                "form": form,
                "media": self.media,
            }
            return TemplateResponse(request, "admin/reviews/suppression/lift.html", context)
        because = f"{form.cleaned_data['because']} ({request.user})"
        lifted = sum(
            doubts.lift(suppression=row, because=because, outcome=NOT_AN_OPT_OUT, now=timezone.now())
            for row in chosen
            if self.has_write_permission(request, row)
        )
        messages.success(
            request,
            gettext("Lifted: %(lifted)s. Left as they were: %(others)s.")
            % {"lifted": lifted, "others": len(chosen) - lifted},
        )
        return None

    def has_evidence_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Owners and managers: it holds all that was written, with the customer's own words."""
        row = self.get_object(request, str(object_id)) if object_id else None
        return row is not None and self.has_write_permission(request, row)

    @action(description=_("Evidence"), url_path="evidence", icon="verified", permissions=["evidence"])
    def evidence(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the signed history of the address, to be printed, or hand it out as a file."""
        row: Suppression | None = self.get_object(request, object_id)
        if row is None:
            raise Http404
        back = reverse("admin:reviews_suppression_change", args=[row.pk])
        subject = Subject(row.channel, row.address, row.address_hash)
        return evidence_page(self, request, account=row.account, subjects=[subject], back=back)

    @action(description=_("Evidence of an address"), url_path="evidence-of", icon="verified", permissions=["write"])
    def evidence_of(self, request: HttpRequest) -> HttpResponse:
        """Ask for an address, and show what is recorded about it: of an erased customer's, what the law has us keep."""
        form = AddressForm(request, request.POST if request.method == "POST" else None)
        back = reverse("admin:reviews_suppression_changelist")
        if form.is_bound and form.is_valid():
            account, subjects = form.cleaned_data["account"], form.cleaned_data["subjects"]
            hidden = {"account": account.pk, "address": form.cleaned_data["address"]}
            return evidence_page(self, request, account=account, subjects=subjects, back=back, hidden=hidden)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Evidence of an address"),
            "opts": self.opts,
            "form": form,
        }
        status = 400 if form.is_bound else 200
        return TemplateResponse(request, "admin/reviews/suppression/evidence_of.html", context, status=status)

    @action(description=_("Take in a list"), url_path="take-in", icon="upload", permissions=["write"])
    def take_in(self, request: HttpRequest) -> HttpResponse:
        """Suppress a list of addresses: the opt-outs that another program knew must not get lost on the way here."""
        form = TakeInForm(request, request.POST) if request.method == "POST" else TakeInForm(request)
        if form.is_bound and form.is_valid():
            form_data = form.cleaned_data
            for channel, address in form_data["places"]:
                opt_outs.opt_out(
                    account=form_data["account"],
                    channel=channel,
                    address=address,
                    reason=Suppression.Reason.STAFF,
                    evidence=f"{form_data['evidence']} (taken in by {request.user})",
                    now=timezone.now(),
                )
            messages.success(
                request,
                gettext("Addresses that are not written to any more: %(number)s.")
                % {"number": number(len(form_data["places"]))},
            )
            return HttpResponseRedirect(reverse("admin:reviews_suppression_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Take in a list of opt-outs"),
            "opts": self.opts,
            "form": form,
        }
        status = 400 if form.is_bound else 200
        return TemplateResponse(request, "admin/reviews/suppression/take_in.html", context, status=status)
