from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from oauth.models import Account
from reviews.delivery.channels import Accepted, Message
from reviews.models import Delivery
from reviews.pages import actions
from reviews.telling.teller import Teller
from reviews.tests.support.helpers import Clock, asked


@dataclass
class Server:
    """A mail server that remembers, or answers with the next error it was given."""

    tried: list[Message] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def take(self, message: Message) -> Accepted:
        self.tried.append(message)
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)
        return Accepted(message.headers["Message-ID"])


@pytest.fixture(autouse=True)
def mail_is_set_up(settings: Any) -> None:
    settings.MAIL_PROVIDER = True
    settings.PUBLIC_URL = "https://reviews.example"


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def teller(clock: Clock, server: Server) -> Iterator[Teller]:
    made = Teller(clock, send=server.take)
    yield made
    made.close()


@pytest.fixture
def tell(teller: Teller, clock: Clock, server: Server) -> Callable[..., list[Message]]:
    """Function that lets the teller work, that much later, and returns the mails that left then."""

    def run(**later: float) -> list[Message]:
        clock.forward(**later)
        before = len(server.sent)
        while teller.work():
            pass
        return server.sent[before:]

    return run


@pytest.fixture
def leave(account: Account, clock: Clock) -> Callable[..., None]:
    """Function that lets Jane, who was asked yesterday, leave feedback."""
    asked(account, clock() - timedelta(days=1))

    def feedback(rating: int | None = 1, text: str = "The filling fell out.") -> None:
        delivery = Delivery.objects.select_related("request__feedback", "account").get()
        actions.record_feedback(delivery=delivery, rating=rating, text=text, now=clock())

    return feedback
