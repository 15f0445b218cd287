import pytest

from reviewhub.devices import describe_device

pytestmark = pytest.mark.once

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/142.0 Safari/537.36", "Chrome on Linux"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541) {WEBKIT} Chrome/142.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{MOZILLA} (Linux; Android 13) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0", "Samsung Internet on Android"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.5 Safari/605.1.15", "Safari on Mac"),
        (f"{MOZILLA} (Macintosh) {WEBKIT} Chrome/142.0 Safari/537.36 OPR/122.0", "Opera on Mac"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} CriOS/142.0 Safari/604.1", "Chrome on iPhone"),
        (f"{MOZILLA} (iPad; CPU OS 18_5 like Mac OS X) {WEBKIT} FxiOS/140.0 Safari/605.1", "Firefox on iPad"),
        ("curl/8.5.0", "Another device"),
        ("", "Another device"),
        ("<script>Firefox</script>", "Firefox"),
    ],
)
def test_a_device_is_named_by_browser_and_system(user_agent: str, words: str) -> None:
    assert describe_device(user_agent) == words
