"""The recipient's page as it would look, for staff who change its words and looks: nothing is stored, no link works."""

from base64 import b64encode
from typing import Any

from django.http import HttpRequest

from oauth.models import Account
from reviews.models import Contact, Delivery, ReviewRequest
from reviews.models.base import Channel
from reviews.pages.forms import FeedbackForm
from reviews.pages.recipient import show_question, show_thanks
from reviews.pages.speech import speech_for

TOKEN = "0" * 16  # of no message


def sample_page(
    request: HttpRequest, account: Account, contact: Contact, *, is_answered: bool = False, logo: bytes | None = None
) -> str:
    """Return the HTML that the contact would be shown, by the functions that show the real page.

    `account` may hold what is not saved; `logo` is a PNG that has no address yet. `is_answered`: the page of thanks.
    """
    delivery = Delivery(
        account=account,
        request=ReviewRequest(account=account, contact=contact),
        channel=Channel.EMAIL,
        link_token=TOKEN,
    )
    more: dict[str, Any] = {"new_logo": data_address(logo)} if logo else {}
    if is_answered:
        return show_thanks(request, delivery, **more).content.decode()
    form = FeedbackForm(words=speech_for(request, account, delivery).words)
    return show_question(request, delivery, form, **more).content.decode()


def data_address(png: bytes) -> str:
    """Return the address that holds the image itself (RFC 2397)."""
    return f"data:image/png;base64,{b64encode(png).decode()}"
