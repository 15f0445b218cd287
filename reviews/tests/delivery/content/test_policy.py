"""docs/rules.md A2: no reward for a review, and none only from the happy."""

import pytest

from oauth.models import Account
from reviews.delivery.content.policy import check_wording
from reviews.models import FollowUpStep, Sequence


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Leave a review and get a 10% discount!", "discount"),
        ("10 % off your next visit for a review", "10 % off"),
        ("$5 off with your next order", "$5 off"),
        ("Get a FREE COFFEE", None),
        ("Get a free coffee for your words", "a free coffee"),
        ("Every review is entered into our monthly draw", "into our monthly draw"),
        ("for a chance  to\nwin", "chance to win"),
        ("A gift card waits for you", "gift card"),
        ("Please leave us a 5-star review", "5-star"),
        ("We would love five stars", "five stars"),
        ("⭐⭐⭐⭐⭐?", "⭐⭐⭐⭐⭐"),
        ("Please leave a positive review", "positive review"),
        ("If you were happy, tell others", "If you were happy"),
        ("Un vale de regalo por su opinión", "vale de regalo"),
        ("Participe en el sorteo", "sorteo"),
        ("Deje una reseña positiva", "reseña positiva"),
        ("Als Dank ein Gutschein über 10 €", "Gutschein"),
        ("Geben Sie uns 5 Sterne", "5 Sterne"),
        ("Gewinnspiel unter allen Bewertungen", "Gewinnspiel"),
        ("Un bon d'achat vous attend", "bon d'achat"),
        ("Laissez-nous un avis positif", "avis positif"),
    ],
)
def test_what_must_not_be_said_is_named(text: str, named: str | None) -> None:
    problems = check_wording(text)
    if named is None:
        assert problems
    else:
        assert any(f"“{named}”" in problem for problem in problems), problems


@pytest.mark.parametrize(
    "text",
    [
        "Feel free to tell us what you think.",
        "Good or bad: your words help others decide.",
        "It was a rewarding day. How did we do? We drew up the plan you asked for.",
        "Thank you for visiting {{ business_name }}: {{ link }} Reply STOP to opt out.",
        "Wie war es bei uns? Ihre ehrliche Meinung hilft anderen.",
        "¿Cómo fue? Su opinión sincera ayuda a otros.",
        "Votre avis sincère aide les autres.",
        "The gifted gardener of 5 Starling Street",
    ],
)
def test_what_people_say_otherwise_passes(text: str) -> None:
    assert check_wording(text) == []


@pytest.mark.django_db
def test_the_texts_that_every_account_starts_with_pass(account: Account) -> None:
    steps = FollowUpStep.objects.filter(sequence__in=Sequence.objects.filter(account=account))
    assert steps
    for step in steps:
        for text in (step.email_subject, step.email_text, step.sms_text):
            assert check_wording(text) == []
