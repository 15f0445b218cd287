"""Refreshing, and what ends a pair: the cases of the OAuth server by their numbers."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from oauth.models import AccessToken, Application, RefreshToken
from oauth.tests.flow import ENDINGS, App, refused

pytestmark = pytest.mark.django_db


def test_case_20_a_refresh_gives_a_new_pair_and_ends_the_old_access_token(app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    assert app.alive(second["access_token"])
    assert not app.alive(first["access_token"])
    assert second["refresh_token"] != first["refresh_token"]


def test_case_21_the_same_refresh_again_in_its_grace_gives_the_same_pair(app: App) -> None:
    first = app.pair()
    answers = [app.refresh(first["refresh_token"]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({(answer.json()["access_token"], answer.json()["refresh_token"]) for answer in answers}) == 1
    assert answers[2].json()["expires_in"] <= 3600
    assert RefreshToken.objects.filter(revoked=None).count() == 1


def test_case_21_what_is_repeated_says_what_the_first_one_gave(app: App) -> None:
    first = app.pair()
    narrow = app.refresh(first["refresh_token"], scope="read").json()
    with time_machine.travel(timezone.now() + timedelta(seconds=30), tick=False):
        again = app.refresh(first["refresh_token"]).json()
    assert again["access_token"] == narrow["access_token"]
    assert again["scope"] == narrow["scope"] == "read"
    assert 3560 <= again["expires_in"] <= 3570


def test_case_21_with_another_key_of_ours_a_repeat_is_refused_and_ends_nothing(app: App, settings: Any) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    settings.OAUTH_TOKEN_KEY = "another"
    refused(app.refresh(first["refresh_token"]), 400, "invalid_grant")
    assert app.alive(second["access_token"])


def test_case_22_a_refresh_token_reused_after_its_grace_ends_the_family(app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    RefreshToken.objects.exclude(revoked=None).update(revoked=timezone.now() - timedelta(seconds=61))
    refused(app.refresh(first["refresh_token"]), 400, "invalid_grant")
    assert not app.alive(second["access_token"])
    refused(app.refresh(second["refresh_token"]), 400, "invalid_grant")


def test_case_22_a_grandparent_ends_the_family_at_once(app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    third = app.refresh(second["refresh_token"]).json()
    refused(app.refresh(first["refresh_token"]), 400, "invalid_grant")
    assert not app.alive(third["access_token"])


def test_case_23_another_client_replays_a_rotated_token(app: App, other_app: App) -> None:
    first = app.pair()
    second = app.refresh(first["refresh_token"]).json()
    RefreshToken.objects.exclude(revoked=None).update(revoked=timezone.now() - timedelta(seconds=61))
    refused(other_app.refresh(first["refresh_token"]), 400, "invalid_grant")
    assert app.alive(second["access_token"])
    assert app.refresh(second["refresh_token"]).status_code == 200


def test_case_24_a_token_in_another_ones_place(app: App, other_app: App) -> None:
    pair = app.pair()
    refused(other_app.refresh(pair["refresh_token"]), 400, "invalid_grant")
    refused(app.refresh(pair["access_token"]), 400, "invalid_grant")
    assert not app.alive(pair["refresh_token"])
    assert app.alive(pair["access_token"])


def test_case_25_a_narrower_refresh_does_not_narrow_the_grant(app: App) -> None:
    narrow = app.refresh(app.pair()["refresh_token"], scope="read").json()
    assert narrow["scope"] == "read"
    wide = app.refresh(narrow["refresh_token"]).json()
    assert wide["scope"] == "read write"
    assert app.refresh(wide["refresh_token"], scope="read write").json()["scope"] == "read write"


def test_a_scope_named_twice_counts_once(app: App) -> None:
    pair = app.exchange(app.code(scope="write read write")).json()
    assert pair["scope"] == "read write"
    assert app.refresh(pair["refresh_token"], scope="read read").json()["scope"] == "read"


def test_the_last_use_and_the_beginning_are_handed_on(app: App) -> None:
    first = app.pair()
    app.alive(first["access_token"])
    began = RefreshToken.objects.get().connected_at
    used = AccessToken.objects.get().last_used_at
    assert used is not None
    app.refresh(first["refresh_token"])
    assert RefreshToken.objects.get(revoked=None).connected_at == began
    assert AccessToken.objects.get().last_used_at == used


def test_a_pair_that_was_idle_for_half_a_year_has_ended(app: App) -> None:
    pair = app.pair()
    with time_machine.travel(timezone.now() + timedelta(days=179)):
        pair = app.refresh(pair["refresh_token"]).json()
    with time_machine.travel(timezone.now() + timedelta(days=358)):
        pair = app.refresh(pair["refresh_token"]).json()
    with time_machine.travel(timezone.now() + timedelta(days=539)):
        refused(app.refresh(pair["refresh_token"]), 400, "invalid_grant")


def test_case_26_a_refresh_cannot_widen_the_grant(app: App) -> None:
    refused(app.refresh(app.pair()["refresh_token"], scope="read write admin"), 400, "invalid_scope")
    narrow = app.exchange(app.code(scope="read")).json()
    refused(app.refresh(narrow["refresh_token"], scope="read write"), 400, "invalid_scope")


def test_case_27_nothing_is_refreshed_after_a_revocation(app: App) -> None:
    pair = app.pair()
    app.revoke(pair["access_token"])
    refused(app.refresh(pair["refresh_token"]), 400, "invalid_grant")
    pair = app.pair()
    app.server.post("/oauth/revoke", app.credentials | {"token": pair["refresh_token"]}, "application/json")
    refused(app.refresh(pair["refresh_token"]), 400, "invalid_grant")
    assert not app.alive(pair["access_token"])


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_case_28_nothing_works_for_a_person_who_may_not_any_more(app: App, ending: Any) -> None:
    pair, code = app.pair(), app.code()
    ending()
    assert not app.alive(pair["access_token"])
    refused(app.refresh(pair["refresh_token"]), 400, "invalid_grant")
    refused(app.exchange(code), 400, "invalid_grant")


def test_case_29_nothing_works_for_an_app_that_was_switched_off(app: App) -> None:
    pair, code = app.pair(), app.code()
    Application.objects.update(is_active=False)
    assert not app.alive(pair["access_token"])
    refused(app.refresh(pair["refresh_token"]), 401, "invalid_client")
    refused(app.exchange(code), 401, "invalid_client")
