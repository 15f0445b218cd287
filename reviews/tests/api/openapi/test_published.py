"""The OpenAPI document as it is served: with the installation's address, compressed, and not again when unchanged."""

import gzip
import json
import re
from typing import Any

import pytest
from django.test import Client

from reviews.api.openapi import published
from reviews.api.openapi.published import ANYWHERE, FILE

PATH = "/api/v1/openapi.json"


def test_it_is_the_file_with_the_address_of_the_installation(client: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://reviews.shop.test"
    response = client.get(PATH)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    served = response.json()
    assert served == json.loads(FILE.read_text().replace(ANYWHERE, settings.PUBLIC_URL))
    assert served["servers"] == [{"url": "https://reviews.shop.test"}]
    flow = served["components"]["securitySchemes"]["oauth2"]["flows"]["authorizationCode"]
    assert flow["tokenUrl"] == "https://reviews.shop.test/oauth/token"
    assert ANYWHERE not in response.content.decode()


def test_every_origin_may_read_it_and_keep_it_for_a_while(client: Client) -> None:
    tag = client.get(PATH)["ETag"]
    for headers in ({}, {"if-none-match": tag}):
        response = client.get(PATH, headers=headers)
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Cache-Control"] == "public, max-age=300"
        assert "Accept-Encoding" in response["Vary"]
    assert client.post(PATH).status_code == 405


def test_who_has_it_gets_it_again_only_when_it_changed(client: Client, settings: Any) -> None:
    tag = client.get(PATH)["ETag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = client.get(PATH, headers={"if-none-match": asked})
        assert (response.status_code, response.content) == (304, b"")
    assert client.get(PATH, headers={"if-none-match": '"other"'}).status_code == 200
    settings.PUBLIC_URL = "https://moved.shop.test"
    assert client.get(PATH, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize(
    "takes", ["gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1", "GZIP", "*", "gzip;q=1"]
)
def test_it_is_compressed_for_those_who_take_that(client: Client, takes: str) -> None:
    plain, response = client.get(PATH), client.get(PATH, headers={"accept-encoding": takes})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == plain.content
    assert len(response.content) < len(plain.content) / 5
    assert response["ETag"] != plain["ETag"]
    again = client.get(PATH, headers={"accept-encoding": takes, "if-none-match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("takes", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, br", "x-gzipped"])
def test_it_is_plain_for_others(client: Client, takes: str) -> None:
    response = client.get(PATH, headers={"accept-encoding": takes})
    assert "Content-Encoding" not in response
    assert response.json()["openapi"].startswith("3.1")


def test_it_is_made_ready_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get(PATH)
    monkeypatch.setattr(published.json, "loads", lambda _: pytest.fail("it was read again"))
    assert client.get(PATH).status_code == 200


def test_the_page_for_people_loads_no_script_and_nothing_from_elsewhere(client: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "http://testserver"
    response = client.get("/api/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", page) == []
    assert "script-src" not in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_the_page_for_people_is_small_and_not_sent_again(client: Client) -> None:
    response = client.get("/api/docs", headers={"accept-encoding": "gzip"})
    assert len(response.content) < 30_000
    assert gzip.decompress(response.content).startswith(b"<!doctype html>")
    again = client.get("/api/docs", headers={"accept-encoding": "gzip", "if-none-match": response["ETag"]})
    assert again.status_code == 304
