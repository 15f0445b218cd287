"""Making and ending API keys."""

from datetime import datetime

from oauth.hashers import new_token, token_hash
from oauth.models import Account, ApiKey, User
from oauth.models.api_key import PREFIX
from oauth.scopes import DEFAULT_SCOPES


def create_api_key(
    *,
    account: Account,
    user: User,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    key: str | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its value, which is stored nowhere.

    `key` is for the demo account alone, whose key is derived and stays the same.
    """
    value = key or new_token(PREFIX)
    row = ApiKey.objects.create(
        account=account,
        user=user,
        name=name,
        prefix=value[:8],
        key_hash=token_hash(value),
        scope=" ".join(scopes or DEFAULT_SCOPES),
        expires_at=expires_at,
    )
    return row, value
