from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from oauth.models import RefreshToken
from oauth.tests.flow import App

pytestmark = pytest.mark.django_db


def test_a_connection_from_before_began_with_its_oldest_token(app: App) -> None:
    """0003: until then nobody wrote down when a connection began."""
    first = app.pair()
    app.refresh(first["refresh_token"])
    app.pair()
    began = RefreshToken.objects.order_by("pk")[0].created - timedelta(days=40)
    RefreshToken.objects.filter(pk=RefreshToken.objects.order_by("pk")[0].pk).update(created=began)
    step = import_module("oauth.migrations.0003_connected_since_first_token")
    step.find_beginnings(apps, SimpleNamespace(connection=connection))
    found = list(RefreshToken.objects.order_by("pk").values_list("connected_at", "created"))
    assert [connected for connected, _ in found[:2]] == [began, began]
    assert found[2][0] == found[2][1]
