"""Settings of the tests, independent of a developer's .env and shell.

Only DATABASE_URL and REDIS_URL are taken over, so that the same tests run on any database and cache.
"""

import os
from urllib.parse import urlsplit

from reviewhub.secret_settings import SECRETS

_secret_names = {name for name in os.environ if name.startswith("ANYMAIL_")}
_secret_names |= os.environ.keys() & SECRETS.keys() - {"DATABASE_URL", "REDIS_URL"}
for _name in _secret_names | os.environ.keys() & {
    "ALLOWED_HOSTS",
    "DEFAULT_FROM_EMAIL",
    "LOG_FORMAT",
    "OPERATOR_ALERT_NUMBER",
    "PREPARED_STATEMENTS",
    "STAFF_MUST_HAVE_MFA",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_URL",
    "TWILIO_FROM",
    "TWILIO_MESSAGING_SERVICE_SID",
    "UNSUBSCRIBE_MAILTO",
    "WEBHOOK_NETWORKS",
    "WORKERS",
}:
    del os.environ[_name]
os.environ |= {
    "REVIEWHUB_ENV_FILE": "",
    "SECRET_KEY": "for-tests-only-" + "x" * 50,
    "DEBUG": "false",
    "PUBLIC_URL": "http://testserver",
    "API_RATE_PER_MINUTE": "0",
    "API_ACCOUNT_RATE_PER_MINUTE": "0",
}

from reviewhub.settings import *  # noqa: E402, F403
from reviewhub.settings import CACHES, PASSWORD_HASHERS, REDIS_URL, STORAGES  # noqa: E402

# The manifest exists only after collectstatic.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Static files are looked up when they are asked for: each test client would go through all of them first.
WHITENOISE_AUTOREFRESH = True
# Fast; nothing here is worth stealing.
PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")

# Each test begins with an empty cache, and Redis empties a whole database: one for each process.
if REDIS_URL:
    _server = urlsplit(REDIS_URL)
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES["default"]["LOCATION"] = _server._replace(path=f"/{int(_server.path.strip('/') or 0) + _worker}").geturl()
