from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import AccessToken, Account, Grant, Invitation, RefreshToken
from oauth.server import cleanup
from oauth.server.cleanup import clean_up
from oauth.tests.flow import App, refused

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def later(days: float) -> Any:
    return timezone.now() + timedelta(days=days)


def rows() -> tuple[int, int, int]:
    return Grant.objects.count(), AccessToken.objects.count(), RefreshToken.objects.count()


def test_what_is_alive_stays(app: App) -> None:
    pair, pending = app.pair(), app.code()
    assert clean_up(timezone.now()) == 0
    assert app.alive(pair["access_token"])
    assert app.exchange(pending).status_code == 200


def test_codes_go_a_day_after_their_end_used_or_not(app: App) -> None:
    app.pair()
    app.code()
    assert clean_up(later(1)) == 0
    assert clean_up(later(1.01)) == 2
    assert rows() == (0, 1, 1)


def test_an_expired_access_token_stays_while_its_refresh_token_lives(app: App) -> None:
    pair = app.pair()
    clean_up(later(179))
    assert rows()[1:] == (1, 1)
    assert app.refresh(pair["refresh_token"]).status_code == 200


def test_a_rotated_token_goes_after_thirty_days_and_is_still_no_good(app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    clean_up(later(29.9))
    assert RefreshToken.objects.count() == 2
    clean_up(later(30.1))
    assert RefreshToken.objects.get().revoked is None
    refused(app.refresh(first["refresh_token"]), 400, "invalid_grant")
    assert app.alive(second["access_token"])


def test_a_pair_goes_when_it_was_idle_for_too_long(app: App) -> None:
    app.pair()
    clean_up(later(180.1))
    assert rows() == (0, 0, 0)


def test_an_access_token_whose_refresh_token_is_gone_goes_when_it_expires(app: App) -> None:
    app.pair()
    RefreshToken.objects.all().delete()
    assert clean_up(timezone.now()) == 0
    clean_up(later(0.1))
    assert not AccessToken.objects.exists()


def test_it_goes_in_batches(app: App, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any) -> None:
    monkeypatch.setattr(cleanup, "BATCH", 2)
    for _ in range(5):
        app.code()
    with django_assert_num_queries(4 + 7):  # three batches and a look for more; a look at each other kind
        assert clean_up(later(2)) == 5


def test_an_address_that_was_invited_is_forgotten_after_ninety_days(account: Account) -> None:
    Invitation.objects.create(account=account, email="bob@example.com", sent_at=timezone.now())
    assert clean_up(later(89)) == 0
    assert clean_up(later(90.1)) == 1
    assert not Invitation.objects.exists()
