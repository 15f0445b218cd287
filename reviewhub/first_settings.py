"""The first settings of an installation, with fresh keys: what `manage.py keys` prints. Needs no settings itself."""

import secrets
import sys
from urllib.parse import urlsplit

from reviewhub import VERSION

# Made for this installation alone, each different from all others, so that each can be changed by itself.
KEYS = ("SECRET_KEY", "OAUTH_TOKEN_KEY", "ADDRESS_HASH_KEY", "SECOND_FACTOR_KEY", "WEBHOOK_KEY", "EVIDENCE_KEY")

TEXT = """\
REVIEWHUB_VERSION={version}
PUBLIC_URL={url}
EMAIL_URL=
DEFAULT_FROM_EMAIL=reviews@{host}
OPERATOR_ALERT_URL=

# Made for this installation. Keep a copy in another place: a backup cannot be read without them.
{keys}
POSTGRES_PASSWORD={password}
"""


def first_settings(url: str) -> str:
    """Return the text of `.env`: five lines for a person, then the keys. Raises ValueError for no https address."""
    address = urlsplit(url)
    if address.scheme != "https" or not address.hostname or address.path.strip("/") or address.query:
        raise ValueError(
            f"Say the https address that people will use, such as https://reviews.example.com, not {url!r}."
        )
    keys = "\n".join(f"{name}={secrets.token_urlsafe(64)}" for name in KEYS)
    return TEXT.format(
        version=VERSION, url=url.rstrip("/"), host=address.hostname, keys=keys, password=secrets.token_urlsafe(32)
    )


def main(words: list[str]) -> None:
    """Print them for the address that the words name, or end with a sentence."""
    if len(words) != 1:
        sys.exit("Say the https address that people will use: keys https://reviews.example.com > .env")
    try:
        sys.stdout.write(first_settings(*words))
    except ValueError as error:
        sys.exit(str(error))
