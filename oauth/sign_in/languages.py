"""Language of people's pages: the person's own, or else the browser's. Never of the API, of hooks or recipients' pages.

Those, and everything that is stored or sent, have a language of their own: English, the account's, the customer's.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import override

from reviewhub.languages import persons_language

# What programs and customers call. Any other address is a person's page, or the page that says there is nothing.
NOT_FOR_PEOPLE = re.compile(
    r"^/(api/(?!oauth/zapier/authorize$)|oauth/(?!authorize$)|hooks/|r/|b/|static/|\.well-known/"
    r"|(healthz|readyz|metrics)$)"
)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def speak_persons_language(get_response: GetResponse) -> GetResponse:
    """Middleware: activate the person's language on pages for people, and the former one again afterwards."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if NOT_FOR_PEOPLE.match(request.path):
            return get_response(request)
        language = persons_language(_chosen(request), request.headers.get("Accept-Language", ""))
        with override(language):
            response = get_response(request)
        if isinstance(response, StreamingHttpResponse):  # it is written once this middleware is through
            response.streaming_content = _written_in(language, response.streaming_content)  # type: ignore[arg-type]
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    return middleware


def _chosen(request: HttpRequest) -> str:
    user: Any = request.user
    return user.language if user.is_authenticated else ""


def _written_in(language: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the chunks, each made in the language, which is not active in between."""
    chunks = iter(chunks)
    while True:
        with override(language):
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk
