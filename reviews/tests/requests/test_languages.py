"""Languages that an ask may name."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.models import ReviewRequest
from reviews.requests.languages import UnknownLanguage, read_language
from reviews.requests.matching import Person
from reviews.tests.support.helpers import REFERENCE, URL, asked, post, refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("de", "de"),
        ("DE-at", "de-AT"),
        ("en-US", "en-US"),
        ("es-419", "es-419"),
        ("fr-latn-ca", "fr-Latn-CA"),
        ("de-ch-1996", "de-CH-1996"),
        ("de-DE-u-co-phonebk", "de-DE-u-co-phonebk"),
        ("en-x-us", "en-x-us"),
    ],
)
def test_a_tag_is_kept_in_its_usual_spelling(text: str, tag: str) -> None:
    assert read_language(text) == tag


@pytest.mark.parametrize(
    "text",
    [
        *("it", "zh-Hans", "x-klingon", "de_AT", "de-", "-de", "de--AT", "d", "deu", "german", "de-toolongsubtag"),
        *("dé", "de AT", "de\nAT", "*", "en;q=1", "٣"),
    ],
)
def test_what_there_are_no_texts_in_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(UnknownLanguage, match="There are: en, "):
        read_language(text)


def test_an_ask_is_answered_with_its_language(owner_api: Any) -> None:
    body = post(owner_api, REFERENCE | {"language": " de-at "}).json()
    assert body["language"] == "de-AT"
    assert ReviewRequest.objects.get().language == "de-AT"
    assert owner_api.get(f"{URL}/{body['id']}").json()["language"] == "de-AT"


@pytest.mark.parametrize("language", [None, "", "absent"])
def test_without_one_it_is_the_accounts(owner_api: Any, account: Account, language: str | None) -> None:
    Account.objects.update(language="fr")
    named = {} if language == "absent" else {"language": language}
    created = post(owner_api, REFERENCE | named).json()
    known = post(owner_api, REFERENCE | named).json()
    listed = owner_api.get(URL).json()["results"][0]
    [event] = owner_api.get("/api/v1/events").json()["results"]
    told = event["data"]["review_request"]
    assert [row["language"] for row in (created, known, listed, told)] == ["fr"] * 4


@pytest.mark.parametrize("language", ["it", "de_AT", 5, ["de"], "de-" + "x" * 33, "d\x00"])
def test_another_one_is_refused_by_name(owner_api: Any, language: Any) -> None:
    refused(post(owner_api, REFERENCE | {"language": language}), "language")
    assert not ReviewRequest.objects.exists()


def test_a_list_costs_no_statement_for_its_languages(
    owner_api: Any, account: Account, now: datetime, django_assert_max_num_queries: Any
) -> None:
    for name in "abcdefgh":
        asked(account, now, external_id=name, person=Person(email=f"{name}@example.com"))
    with django_assert_max_num_queries(3):
        assert len(owner_api.get(URL).json()["results"]) == 8
