from collections.abc import Iterator
from typing import Any

import pytest

from reviewhub import masking
from reviews.tests.support.receiver import Receiver, receiving


@pytest.fixture
def chat(settings: Any) -> Iterator[Receiver]:
    """The program behind OPERATOR_ALERT_URL, which keeps what it gets."""
    with receiving() as receiver:
        settings.OPERATOR_ALERT_URL = f"{receiver.url}/hooks/alarms-of-the-operator"
        masking._secrets.cache_clear()
        yield receiver
    masking._secrets.cache_clear()
