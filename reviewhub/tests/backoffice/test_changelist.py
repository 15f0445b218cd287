"""Lists of the back-office: work that is done once for all rows."""

import re
from typing import Any

import pytest
from django.urls import reverse
from unfold.templatetags import unfold_list
from unfold.templatetags.unfold_list import UnfoldBooleanWidget

from oauth.api_keys import create_api_key
from oauth.models import Account, ApiKey, User
from oauth.tests.flow import signed_in

pytestmark = pytest.mark.django_db


def make_keys(account: Account, owner: User, count: int) -> list[ApiKey]:
    """API keys: their list is the theme's, with an action."""
    return [create_api_key(account=account, user=owner, name=f"Key {number}")[0] for number in range(count)]


def test_headers_are_written_once_and_every_row_has_its_labels(
    account: Account, owner: User, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys(account, owner, 3)
    client, address = signed_in(operator), reverse("admin:oauth_apikey_changelist")
    written, write = [], UnfoldBooleanWidget.render

    def render(widget: UnfoldBooleanWidget, name: str, *given: object, **more: object) -> str:
        written.append(name)
        return str(write(widget, name, *given, **more))

    monkeypatch.setattr(UnfoldBooleanWidget, "render", render)
    shown = client.get(address).content.decode()
    assert written.count("action-toggle") == 1
    rows = re.findall(r"<tr[^>]*>.*?</tr>", shown.partition("<tbody")[2], re.DOTALL)[:3]
    labels = {tuple(re.findall(r'data-label="([^"]+)"', row)) for row in rows}
    assert len(labels) == 1
    assert {"Select record", "prefix"} < set(labels.pop())


def test_a_list_is_the_one_that_the_theme_writes_by_itself(
    account: Account, owner: User, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys(account, owner, 3)
    client, address = signed_in(operator), reverse("admin:oauth_apikey_changelist")

    def page() -> str:
        # Tokens and nonces are others for each page.
        return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", client.get(address).content.decode())

    kept = page()
    theme: Any = unfold_list.result_headers
    monkeypatch.setattr(unfold_list, "result_headers", theme.__wrapped__)
    assert page() == kept


def test_the_box_of_a_row_is_the_themes_own(account: Account, owner: User, operator: User) -> None:
    (key,) = make_keys(account, owner, 1)
    page = signed_in(operator).get(reverse("admin:oauth_apikey_changelist")).content.decode()
    assert f'value="{key.pk}"' in page
    assert "PLACE-OF-THE-KEY" not in page
