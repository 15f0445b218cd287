"""The caller's IP address, by which wrong passwords are counted."""

from typing import Any

import pytest
from django.test import RequestFactory

from reviewhub.client_address import client_address

pytestmark = [pytest.mark.attack, pytest.mark.once]


@pytest.mark.parametrize(
    ("is_behind_proxy", "forwarded", "address"),
    [
        (False, "198.51.100.7", "203.0.113.1"),
        (True, "198.51.100.7", "198.51.100.7"),
        (True, "127.0.0.1, 10.0.0.1, 198.51.100.7", "198.51.100.7"),  # the caller wrote all but the last
        (True, "", "203.0.113.1"),
    ],
)
def test_the_address_of_a_client_is_the_proxys_word_only_behind_one(
    settings: Any, is_behind_proxy: bool, forwarded: str, address: str
) -> None:
    settings.BEHIND_PROXY = is_behind_proxy
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.1", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == address
