"""A customer's page: what the team answered stands below what it answers."""

import pytest

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.delivery import drain
from reviews.models import InboxItem
from reviews.tests.admin.test_customer_page import shown, text_of
from reviews.tests.support.conversations import COMPLAINT, answer, text_in
from reviews.tests.support.helpers import Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db


def test_an_answer_stands_below_the_reply_and_the_next_reply_besides(
    account: Account, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    account.text_sender = "+12125550100"
    account.save()
    request = asked(account, clock(), channel="sms")
    drain.send_due(clock)
    text_in(account, COMPLAINT, clock.forward(hours=1))
    answer(InboxItem.objects.get(), owner, clock(), words="Come at <four>.")
    html = shown(signed_in(owner), request.contact)
    told = text_of(html).split(COMPLAINT)[1]
    assert "Come at &lt;four&gt;." in told
    assert "answered by Text message" in told
    clock.forward(minutes=1)
    drain.send_due(clock)
    text_in(account, "Thank you, see you then.", clock.forward(hours=1))
    text = text_of(shown(signed_in(owner), request.contact))
    assert text.index("Thank you, see you then.") < text.index(COMPLAINT) < text.index("Come at")
