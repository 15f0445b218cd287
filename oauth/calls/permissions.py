"""Permissions of a credential, by its scopes and its user's role."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from oauth.calls.authentication import REALM, credential_of
from oauth.roles import WRITERS
from oauth.scopes import READ, WRITE
from reviewhub.rest.errors import ApiError

if TYPE_CHECKING:  # the framework's settings import this module while its views are being made
    from rest_framework.views import APIView


class InsufficientScope(ApiError):
    """The call needs a scope that the credential does not have, or that its user's role does not allow: 403."""

    def __init__(self, scope: str, description: str) -> None:
        super().__init__(403, "insufficient_scope", description, headers={"WWW-Authenticate": challenge_for(scope)})


def challenge_for(scope: str) -> str:
    """Return the `WWW-Authenticate` of a call that needs the scope (RFC 6750 §3.1)."""
    return f'Bearer realm="{REALM}", error="insufficient_scope", scope="{scope}"'


class HasScope(BasePermission):
    """Reading needs the scope `read`; everything else needs `write`, and a role that may change things."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.auth is None:
            return False
        credential = credential_of(request)
        scope = READ if request.method in SAFE_METHODS else WRITE
        if scope == WRITE and credential.role not in WRITERS:
            raise InsufficientScope(scope, "This user may look, but not change anything.")
        if scope not in credential.scopes:
            raise InsufficientScope(scope, f"This call needs the scope '{scope}'.")
        return True
