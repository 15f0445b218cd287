"""The calls that both OAuth servers get, and what these are made from."""

import hashlib
from base64 import urlsafe_b64encode

REDIRECT_URI = "https://client.example/callback"
# Both sides get a challenge with each code: the stock library issues none without.
VERIFIER = "v" * 64
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def exchange(client_id: str, client_secret: str, code: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
        "client_id": client_id,
        "client_secret": client_secret,
    }


def refresh(client_id: str, client_secret: str, token: str) -> dict[str, str]:
    return {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": client_id,
        "client_secret": client_secret,
    }
