"""The addresses of the back-office, which the walks in a browser open one after the other. A new page is named here."""

from django.contrib import admin
from django.urls import reverse

from oauth.models import Account
from reviews.models import Contact, Endpoint, ReviewRequest

# Pages without a row of their own.
PAGES = [
    *(
        "admin:index",
        "operations",
        "held",
        "simulator",
        "reports",
        "examples",
        "switch-business",
        "admin:reviews_suppression_evidence_of",
    ),
    *("settings-business", "settings-page", "settings-sites", "settings-people", "settings-connections"),
]
# Forms of new rows.
FORMS = [
    "oauth_account",
    "reviews_contact",
    "reviews_endpoint",
    "reviews_importjob",
    "reviews_reviewrequest",
    "reviews_sequence",
]
# Pages of one row, beside its form.
ROWS = [
    ("oauth_account_card", Account),
    ("reviews_contact_erase", Contact),
    ("reviews_contact_evidence", Contact),
    ("reviews_endpoint_send_test", Endpoint),
    ("reviews_endpoint_tell_again", Endpoint),
    ("reviews_reviewrequest_cancel_this", ReviewRequest),
]


def office_pages() -> list[str]:
    """Every list, form and page of the back-office that there is a row for."""
    found = [reverse(name) for name in PAGES]
    for page in admin.site._registry.values():
        name = f"admin:{page.opts.app_label}_{page.opts.model_name}"
        found.append(reverse(f"{name}_changelist"))
        if row := page.model._default_manager.first():
            found.append(reverse(f"{name}_change", args=[row.pk]))
    found += [reverse(f"admin:{name}_add") for name in FORMS]
    found += [reverse(f"admin:{name}", args=[model._default_manager.all()[0].pk]) for name, model in ROWS]
    return found
