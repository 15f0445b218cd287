"""Metadata of the OAuth server, for clients that configure themselves (RFC 8414)."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from oauth.scopes import SCOPES


@require_safe
def metadata(request: HttpRequest) -> JsonResponse:
    issuer = settings.PUBLIC_URL
    methods = ["client_secret_basic", "client_secret_post"]
    return JsonResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": issuer + reverse("oauth-authorize"),
            "token_endpoint": issuer + reverse("oauth-token"),
            "revocation_endpoint": issuer + reverse("oauth-revoke"),
            "introspection_endpoint": issuer + reverse("oauth-introspect"),
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": [*methods, "none"],
            "revocation_endpoint_auth_methods_supported": [*methods, "none"],
            "introspection_endpoint_auth_methods_supported": methods,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
    )
