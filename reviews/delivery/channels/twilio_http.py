"""HTTP client of Twilio's library, on urllib3: it spares each call the preparations that requests repeats.

requests takes more than half of the library's time for a text. Here it only finds the way to the host, once: proxies
and certificates, as the environment names them.
"""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from requests import Request, Session
from requests.adapters import HTTPAdapter
from twilio.http import HttpClient as TwilioHttpClient
from twilio.http.response import Response
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, SSLError
from urllib3.util import make_headers

from reviewhub.retry_after import read_retry_after

# Errors of a connection that was never made.
_NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, ProxyError)
# OpenSSL's reasons that fail a handshake and nothing later: the call would have come after it.
_HANDSHAKE = {
    "CERTIFICATE_VERIFY_FAILED",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "WRONG_VERSION_NUMBER",
}


def is_untried(error: Exception) -> bool:
    """Tell whether nothing was written. After any other error, a broken TLS connection too, the text may have left."""
    if isinstance(error, SSLError):
        return any(getattr(cause, "reason", "") in _HANDSHAKE for cause in error.args)
    return isinstance(error, _NEVER_CONNECTED)


class HttpClient(TwilioHttpClient):
    """Client with one connection to one host, for the use of one thread. Raises urllib3's errors."""

    retry_after: timedelta | None = None  # of the last answer: the library drops the headers of an error

    def __init__(self, timeout: float) -> None:
        super().__init__(logging.getLogger(__name__), False, timeout)
        self._pool: HTTPConnectionPool | None = None

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one call, by the library's own interface; bodies are forms. Never repeated, since it may send a text."""
        pool = self._pool = self._pool or _Route().to(url)
        if params:
            url += f"?{urlencode(params, doseq=True)}"
        all_headers = {**(headers or {}), **(make_headers(basic_auth=":".join(auth)) if auth else {})}
        answer = pool.urlopen(
            method,
            _target(url, pool),
            body=urlencode(data, doseq=True) if data else None,
            headers=all_headers,
            timeout=timeout or self.timeout,
            redirect=allow_redirects,
            assert_same_host=False,  # a proxy is another host
            retries=False,
        )
        self.retry_after = read_retry_after(answer.headers)
        return Response(answer.status, answer.data.decode("utf-8"), answer.headers)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None


class _Route(HTTPAdapter):
    def to(self, url: str) -> HTTPConnectionPool:
        """Return a pool of connections to the URL's host, by the proxy and certificates that requests would take."""
        with Session() as session:
            request = session.prepare_request(Request("POST", url))
            way = session.merge_environment_settings(url, {}, None, None, None)
        return self.get_connection_with_tls_context(request, way["verify"], way["proxies"], way["cert"])


def _target(url: str, pool: HTTPConnectionPool) -> str:
    """Return path and query; for a proxy that reads the call, the whole URL (RFC 9112 §3.2)."""
    parts = urlsplit(url)
    if pool.proxy is not None and parts.scheme == "http":
        return url
    return parts._replace(scheme="", netloc="").geturl()
