"""How Twilio's library makes its calls: by urllib3, without what requests does again for each of them.

requests finds the way once (proxies and certificates, as the environment names them) and is out of it then: it
took more than half of the time that the library needs for a text.
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

from reviewhub.retry_after import asked_wait

# The connection was never there.
_NEVER_THERE = (NewConnectionError, ConnectTimeoutError, ProxyError)
# OpenSSL's reasons for which a handshake fails, and nothing later does: the call comes after it.
_HANDSHAKE = {
    "CERTIFICATE_VERIFY_FAILED",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "WRONG_VERSION_NUMBER",
}


def is_untried(error: Exception) -> bool:
    """Whether nothing was written. In whatever else goes wrong, also when TLS breaks, the text may have left."""
    if isinstance(error, SSLError):
        return any(getattr(cause, "reason", "") in _HANDSHAKE for cause in error.args)
    return isinstance(error, _NEVER_THERE)


class HttpClient(TwilioHttpClient):
    """Keeps one connection, to one host; for the use of one thread. Raises urllib3's errors."""

    retry_after: timedelta | None = None  # what the last answer asked for; the library forgets an error's headers

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
        """The library's own interface; bodies are forms. A call is never repeated: it may send a text."""
        pool = self._pool = self._pool or _Way().to(url)
        if params:
            url += f"?{urlencode(params, doseq=True)}"
        given = {**(headers or {}), **(make_headers(basic_auth=":".join(auth)) if auth else {})}
        answer = pool.urlopen(
            method,
            _target(url, pool),
            body=urlencode(data, doseq=True) if data else None,
            headers=given,
            timeout=timeout or self.timeout,
            redirect=allow_redirects,
            assert_same_host=False,  # a proxy is another
            retries=False,
        )
        self.retry_after = asked_wait(answer.headers)
        return Response(answer.status, answer.data.decode("utf-8"), answer.headers)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None


class _Way(HTTPAdapter):
    def to(self, url: str) -> HTTPConnectionPool:
        """A pool of connections to that host, by the proxy and with the certificates that requests would take."""
        with Session() as session:
            request = session.prepare_request(Request("POST", url))
            found = session.merge_environment_settings(url, {}, None, None, None)
        return self.get_connection_with_tls_context(request, found["verify"], found["proxies"], found["cert"])


def _target(url: str, pool: HTTPConnectionPool) -> str:
    """The path and query, or for a proxy that reads the call all of the address (RFC 9112 §3.2)."""
    parts = urlsplit(url)
    if pool.proxy is not None and parts.scheme == "http":
        return url
    return parts._replace(scheme="", netloc="").geturl()
