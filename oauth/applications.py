"""OAuth clients: registering one, renewing its secret."""

from collections.abc import Sequence

from oauth.hashers import SECRET_PREFIX, new_token
from oauth.models import Application


def create_application(
    *,
    name: str,
    redirect_uris: list[str],
    origins: Sequence[str] = (),
    public: bool = False,
    client_id: str = "",
    client_secret: str = "",
) -> tuple[Application, str]:
    """Register a client and return it with its secret, which is stored as a hash; a public one has none.

    `origins` are those of a public app's pages that call from the browser. `client_id` and `client_secret` are for the
    demo alone, whose secrets are derived and stay the same. Raises ValidationError for an address that people must not
    be sent back to, or an origin that is none.
    """
    secret = "" if public else client_secret or new_token(SECRET_PREFIX)
    application = Application(
        name=name,
        client_type=Application.CLIENT_PUBLIC if public else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="\n".join(redirect_uris),
        allowed_origins="\n".join(origins),
        client_secret=secret,
    )
    if client_id:
        application.client_id = client_id
    application.full_clean()
    application.save()
    return application, secret


def renew_secret(application: Application) -> str:
    """Give a confidential client a new secret and return it; the old one ends at once."""
    secret = application.client_secret = new_token(SECRET_PREFIX)
    application.save()
    return secret
