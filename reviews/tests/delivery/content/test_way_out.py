"""Texts from senders that cannot receive replies."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.delivery.content.render import render, unsubscribe_url
from reviews.delivery.content.segments import measure
from reviews.delivery.content.way_out import replace_stop, takes_replies
from reviews.tests.delivery.content.test_render import planned
from reviews.texts import Words, texts_in

LINK = "https://r.example/r/x/unsubscribe"
OUT = f"No more texts: {LINK}"


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("How did we do? https://r.example/r/x Reply STOP to opt out.", f"How did we do? https://r.example/r/x {OUT}"),
        ("Reply STOP to end: tell us at https://r.example/r/x", f"{OUT} tell us at https://r.example/r/x"),
        ("Tell us. Text STOP to end texts. Thank you!", f"Tell us. {OUT} Thank you!"),
        ("STOP", OUT),
        ("Hi! Reply “STOP” to opt out https://r.example/r/x", f"Hi! {OUT} https://r.example/r/x"),
        ("Tell us. Reply STOP to end. Or STOP ALL.", f"Tell us. {OUT}"),
        ("Please stop by and tell us.", f"Please stop by and tell us. {OUT}"),
    ],
)
def test_the_sentence_with_stop_gives_way_to_a_link(text: str, replaced: str) -> None:
    assert replace_stop(text, way_out=OUT, is_needed=True) == replaced


def test_a_follow_up_that_does_not_say_stop_stays_as_it_is() -> None:
    assert replace_stop("Tell us.", way_out=OUT, is_needed=False) == "Tell us."


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_the_words_cost_no_unicode_in_any_language(language: str) -> None:
    way_out = Words(texts_in(language, informal=False), link=LINK).no_more_texts
    assert LINK in way_out
    assert measure(way_out).culprits == ()


@pytest.mark.parametrize(
    ("sender", "does"), [("+12125550000", True), ("12345", True), ("", True), ("Riverside", False)]
)
def test_a_name_takes_no_replies(sender: str, does: bool) -> None:
    assert takes_replies(sender) is does


@pytest.mark.django_db
def test_a_text_from_a_name_carries_the_link_that_opts_out(account: Account, now: datetime, settings: Any) -> None:
    settings.TWILIO_FROM = "+15005550006"
    account.text_sender = "Riverside"
    account.save()
    delivery, step = planned(account, now, channel="sms")
    text = render(delivery, step).text
    assert "STOP" not in text
    assert text.endswith(f"No more texts: {unsubscribe_url(delivery)}")
