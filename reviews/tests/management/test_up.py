"""`manage.py up`: which address it listens on, and what it tells its children about it."""

import os
import socket
from typing import Any

import pytest
from django.core.management import CommandError

from oauth.models import SignInLink
from reviews.management.commands import up
from reviews.management.commands.demo import make_demo


def test_an_address_that_is_none_is_refused() -> None:
    for text in ("phone", "::", "300.1.1.1", ""):
        with pytest.raises(CommandError, match="no address of this machine"):
            up._read_host(text)
    assert (up._read_host("localhost"), up._read_host("0.0.0.0")) == ("127.0.0.1", "0.0.0.0")


def test_links_and_hosts_are_those_of_the_network(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(up, "_lan_address", lambda: "192.168.1.20")
    settings.PORT, settings.ALLOWED_HOSTS = 8123, ["localhost"]
    assert up._open_to_network("0.0.0.0") == "http://192.168.1.20:8123"
    assert os.environ["PUBLIC_URL"] == "http://192.168.1.20:8123"
    assert os.environ["ALLOWED_HOSTS"] == "localhost,192.168.1.20"
    assert os.environ["CSRF_TRUSTED_ORIGINS"].endswith(",http://192.168.1.20:8123")
    assert up._open_to_network("10.0.0.7") == "http://10.0.0.7:8123"


def test_a_machine_without_a_network_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: Any) -> None:
        raise OSError("Network is unreachable")

    class Socket(socket.socket):
        connect = unreachable

    monkeypatch.setattr(up.socket, "socket", Socket)
    assert up._lan_address() == "127.0.0.1"


@pytest.mark.django_db
def test_the_link_is_the_demo_owners_and_made_only_where_debug_is_on(settings: Any) -> None:
    settings.DEBUG = True
    link = up._link_for_phone(make_demo(), "http://10.0.0.7:8000")
    assert link.startswith("http://10.0.0.7:8000/sign-in/link/rhl_")
    assert SignInLink.objects.get().user.email == "demo@reviewhub.example"


def test_it_does_not_run_in_production(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG=true"):
        up.Command().handle(host="0.0.0.0")
