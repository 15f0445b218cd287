"""What is compressed here, and what is not."""

import gzip
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from reviewhub.compression import MOST_RANDOM_BYTES, compress, takes_gzip

pytestmark = pytest.mark.once

PAGE = b"<p>many words</p>" * 200
GZIP = "br, gzip;q=0.8"


def answer(path: str, response: HttpResponseBase, **headers: str) -> Any:
    request = RequestFactory(headers={"Accept-Encoding": GZIP} | headers).get(path)
    return compress(lambda _: response)(request)


def is_plain(response: Any) -> bool:
    return "Content-Encoding" not in response


def test_a_page_of_the_back_office_is_compressed() -> None:
    response = answer("/admin/", HttpResponse(PAGE, headers={"ETag": '"1"', "Content-Length": str(len(PAGE))}))
    assert gzip.decompress(response.content) == PAGE
    assert len(response.content) < 300
    assert response["Content-Length"] == str(len(response.content))
    assert (response["Content-Encoding"], response["Vary"], response["ETag"]) == ("gzip", "Accept-Encoding", 'W/"1"')


def test_its_length_does_not_say_what_it_holds() -> None:
    lengths = {len(answer("/admin/", HttpResponse(PAGE)).content) for _ in range(40)}
    assert len(lengths) > 5
    assert max(lengths) - min(lengths) <= MOST_RANDOM_BYTES


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_that_another_site_made_the_browser_ask_for_is_left_as_it_is(site: str) -> None:
    assert is_plain(answer("/admin/", HttpResponse(PAGE), **{"Sec-Fetch-Site": site}))


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_page_that_a_person_or_our_page_asked_for_is_compressed(site: str) -> None:
    assert not is_plain(answer("/admin/", HttpResponse(PAGE), **{"Sec-Fetch-Site": site}))


@pytest.mark.parametrize("name", ["rh-secret", "secret", "codes secret", "secret groups"])
def test_a_page_that_shows_a_secret_is_left_as_it_is(name: str) -> None:
    response = answer("/admin/", HttpResponse(PAGE + f'<dd id="x" class="{name}">s3cret</dd>'.encode()))
    assert is_plain(response)
    assert b"s3cret" in response.content


def test_a_page_in_the_frame_of_the_back_office_is_compressed() -> None:
    request = RequestFactory(headers={"Accept-Encoding": GZIP}).get("/connections")
    request.is_framed = True  # type: ignore[attr-defined]
    assert not is_plain(compress(lambda _: HttpResponse(PAGE))(request))


@pytest.mark.parametrize("path", ["/sign-in", "/security", "/r/token", "/api/v1/contacts", "/oauth/authorize"])
def test_pages_for_signing_in_customers_and_programs_are_left_as_they_are(path: str) -> None:
    assert is_plain(answer(path, HttpResponse(PAGE)))


def test_what_is_short_no_page_an_error_or_compressed_already_is_left_as_it_is() -> None:
    assert is_plain(answer("/admin/", HttpResponse(b"<p>short</p>")))
    assert is_plain(answer("/admin/", HttpResponse(PAGE, content_type="application/json")))
    assert is_plain(answer("/admin/", HttpResponse(PAGE, status=404)))
    assert answer("/admin/", HttpResponse(PAGE, headers={"Content-Encoding": "br"})).content == PAGE


def test_a_list_taken_out_as_csv_stays_a_stream() -> None:
    response = answer("/admin/x.csv", StreamingHttpResponse(iter([PAGE, PAGE]), content_type="text/csv"))
    assert response.streaming
    assert is_plain(response)


@pytest.mark.parametrize("encodings", ["", "br", "gzip;q=0", "gzip;q=0.0, br", "x-gzip2"])
def test_clients_that_do_not_take_gzip_get_the_page_as_it_is(encodings: str) -> None:
    response = answer("/admin/", HttpResponse(PAGE), **{"Accept-Encoding": encodings})
    assert is_plain(response)
    assert response["Vary"] == "Accept-Encoding", "a cache must not give it to others"


@pytest.mark.parametrize("encodings", ["gzip", "deflate, gzip", "GZIP;q=1.0", "*", "gzip; q=0.001"])
def test_takes_gzip(encodings: str) -> None:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = encodings
    assert takes_gzip(request)


def test_a_static_file_that_was_not_collected_is_compressed_and_asked_for_again_by_its_date(
    client: Client, db: None
) -> None:
    plain = client.get("/static/admin.css")
    text = plain.getvalue()
    assert is_plain(plain)
    for _ in range(2):  # made, then kept
        response = client.get("/static/admin.css", headers={"Accept-Encoding": GZIP})
        assert gzip.decompress(response.content) == text
        assert response["Content-Length"] == str(len(response.content))
        assert response["Vary"] == "Accept-Encoding"
    assert response["Cache-Control"] == plain["Cache-Control"]
    again = client.get(
        "/static/admin.css", headers={"Accept-Encoding": GZIP, "If-Modified-Since": response["Last-Modified"]}
    )
    assert again.status_code == 304
    again.close()


def test_a_changed_static_file_is_compressed_anew(client: Client, db: None, settings: Any, tmp_path: Any) -> None:
    settings.STATIC_ROOT, file = tmp_path, tmp_path / "fresh.css"
    for text in ("a {}" * 100, "b {}" * 101):
        file.write_text(text)
        response = client.get("/static/fresh.css", headers={"Accept-Encoding": GZIP})
        assert gzip.decompress(response.content).decode() == text


def test_pictures_fonts_and_parts_of_files_are_left_as_they_are(client: Client, db: None) -> None:
    font = client.get("/static/backoffice/icons.woff2", headers={"Accept-Encoding": GZIP})
    part = client.get("/static/admin.css", headers={"Accept-Encoding": GZIP, "Range": "bytes=0-9"})
    assert is_plain(font)
    assert (part.status_code, len(part.getvalue()), is_plain(part)) == (206, 10, True)
    font.close()
    part.close()
