"""The business in view: who sees which, how it is switched, and that no write lands in the wrong one."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.models import Contact

pytestmark = pytest.mark.django_db

CUSTOMERS = reverse("admin:reviews_contact_changelist")
ADD = reverse("admin:reviews_contact_add")


@pytest.fixture
def two(account: Account, other_account: Account, owner: User) -> Client:
    """A person who owns two businesses: Harbour Garage, which comes first by name, and Riverside Dental."""
    Membership.objects.create(account=other_account, user=owner, role="owner")
    Contact.objects.create(account=account, email="river@example.com")
    Contact.objects.create(account=other_account, email="harbour@example.com")
    return signed_in(owner)


def switch(client: Client, to: object, **more: str) -> int:
    return client.post(reverse("switch-business"), {"to": str(to), **more}).status_code


def emails(client: Client) -> set[str]:
    content = client.get(CUSTOMERS).content.decode()
    return {email for email in ("river@example.com", "harbour@example.com") if email in content}


def test_one_business_is_in_view_until_another_is_chosen(two: Client, account: Account) -> None:
    assert emails(two) == {"harbour@example.com"}
    assert switch(two, account.pk) == 302
    assert emails(two) == {"river@example.com"}


def test_a_form_writes_into_the_business_that_it_was_shown_for(
    two: Client, account: Account, other_account: Account
) -> None:
    switch(two, account.pk)
    page = two.get(ADD).content.decode()
    assert f'name="business" value="{account.pk}"' in page
    switch(two, other_account.pk)  # in another tab
    form = {"business": str(account.pk), "account": str(account.pk), "email": "new@example.com"}
    assert two.post(ADD, form).status_code == 302
    assert Contact.objects.get(email="new@example.com").account == account
    assert emails(two) == {"river@example.com"}  # the pages that follow show what was saved


def test_a_preview_in_the_background_switches_nothing(two: Client, account: Account, other_account: Account) -> None:
    switch(two, other_account.pk)
    preview = reverse("admin:reviews_reviewrequest_preview")
    two.post(preview, {"business": str(account.pk)}, headers={"HX-Request": "true"})
    assert emails(two) == {"harbour@example.com"}


def test_an_action_on_all_rows_of_a_list_keeps_to_the_business_of_its_form(
    two: Client, account: Account, other_account: Account
) -> None:
    switch(two, other_account.pk)
    theirs = Contact.objects.get(account=other_account)
    form = {"action": "merge", "_selected_action": [theirs.pk], "select_across": "1", "business": str(account.pk)}
    two.post(CUSTOMERS, form)
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("name", ["{stranger}", "all", "nonsense", "\0"])
def test_a_business_of_others_cannot_be_chosen(two: Client, owner: User, name: str) -> None:
    theirs = Account.objects.create(name="Quarry Vets", postal_address="1 Main St")
    name = name.format(stranger=theirs.pk)
    assert switch(two, name) == 404
    assert two.post(ADD, {"business": name, "email": "x@example.com"}).status_code == 404


def test_a_page_of_a_row_shows_the_business_of_the_row(two: Client, account: Account) -> None:
    row = Contact.objects.get(account=account)
    page = two.get(reverse("admin:reviews_contact_change", args=[row.pk]), follow=True)
    assert page.status_code == 200
    assert emails(two) == {"river@example.com"}  # and so do the pages that follow


def test_a_strangers_row_switches_nothing(two: Client, stranger: User, account: Account) -> None:
    row = Contact.objects.get(account=account)
    client = signed_in(stranger)
    assert client.get(reverse("admin:reviews_contact_change", args=[row.pk])).status_code == 302  # to the first page
    assert emails(client) == {"harbour@example.com"}


def test_a_link_from_outside_enters_the_business_that_it_names(
    two: Client, stranger: User, account: Account, other_account: Account
) -> None:
    inbox = "/admin/reviews/inboxitem/"
    for business in (account, other_account):
        answer = two.get(inbox, {"business": str(business.pk), "handled": "all"})
        assert (answer.status_code, answer["Location"]) == (302, f"{inbox}?handled=all")
        assert two.session["business"] == str(business.pk)
    unknown = {"business": "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"}
    assert two.get(inbox, unknown).status_code == 404
    assert two.get(inbox, {"business": "all"}).status_code == 404
    assert signed_in(stranger).get(inbox, {"business": str(account.pk)}).status_code == 404
    assert two.session["business"] == str(other_account.pk)


def test_the_operator_sees_all_businesses_or_one(
    two: Client, operator: User, account: Account, other_account: Account
) -> None:
    client = signed_in(operator)
    assert emails(client) == {"river@example.com", "harbour@example.com"}
    switch(client, account.pk)
    assert emails(client) == {"river@example.com"}
    switch(client, "all")
    assert len(emails(client)) == 2


def test_one_business_alone_need_not_be_chosen(account: Account, operator: User) -> None:
    page = signed_in(operator).get("/admin/").content.decode()
    assert str(account) in page
    assert "All businesses" not in page


def test_a_business_is_found_by_a_part_of_its_name(two: Client, operator: User) -> None:
    page = signed_in(operator).get(reverse("switch-business"), {"q": "harb", "next": "/admin/"}).content.decode()
    main = page[page.index('id="content"') :]
    assert "Harbour Garage" in main
    assert "Riverside Dental" not in main


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        (CUSTOMERS, CUSTOMERS),
        (f"{CUSTOMERS}?q=x", f"{CUSTOMERS}?q=x"),
        ("/admin/reviews/contact/7/change/", "/admin/"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_a_switch_leads_back_to_where_it_was_made(two: Client, account: Account, path: str, leads_to: str) -> None:
    answer = two.post(reverse("switch-business"), {"to": str(account.pk), "next": path})
    assert answer["Location"] == leads_to


def test_a_membership_that_ended_takes_its_business_out_of_view(two: Client, account: Account, owner: User) -> None:
    switch(two, account.pk)
    Membership.objects.filter(account=account, user=owner).delete()
    assert emails(two) == {"harbour@example.com"}


# Forms that write nothing into a business: they choose one, end the person's session, or are the installation's.
OF_NO_BUSINESS = {
    *("businesses.html", "frame/switcher.html", "frame/person.html", "today/businesses.html"),
    *("operations.html", "retry_batch.html"),
}


def test_every_form_carries_its_business() -> None:
    folder = Path(settings.BASE_DIR) / "templates" / "admin"
    lacking = set()
    for template in folder.rglob("*.html"):
        text = template.read_text()
        if text.count("{% csrf_token %}") > text.count("{% business_field %}"):
            lacking.add(str(template.relative_to(folder)))
    assert lacking == OF_NO_BUSINESS
