"""Permissions of a credential, by its scopes and its user's role."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from oauth.calls.authentication import credential_of
from oauth.roles import WRITERS
from oauth.scopes import READ, WRITE

if TYPE_CHECKING:  # the framework's settings import this module while its views are being made
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Reading needs the scope `read`; everything else needs `write`, and a role that may change things."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.auth is None:
            return False
        credential = credential_of(request)
        scope = READ if request.method in SAFE_METHODS else WRITE
        if scope == WRITE and credential.role not in WRITERS:
            raise PermissionDenied("This user may look, but not change anything.", code="insufficient_scope")
        if scope not in credential.scopes:
            raise PermissionDenied(f"This call needs the scope '{scope}'.", code="insufficient_scope")
        return True
