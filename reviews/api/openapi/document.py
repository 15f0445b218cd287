"""Making of the OpenAPI document, from the views and their serializers, by drf-spectacular.

`manage.py openapi` writes it to openapi.json, which `published` serves: only developers install the generator.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.types import OpenApiTypes
from rest_framework.views import APIView

from oauth.scopes import SCOPES_FOR_DEVELOPERS
from reviews.api.keys import RequestKey
from reviews.api.openapi.answers import HEADERS, MORE_HEADERS, error_answers
from reviews.api.openapi.published import ANYWHERE
from reviews.api.openapi.rules import simplify, tag_of
from reviews.models import SUBSCRIBABLE, Consent, Delivery, Event, FollowUpStep, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.models.consent import CONSENT_CHANNELS
from reviews.requests import holds
from reviews.webhooks.notifier import WAITS

VERSION = "1.0.0"
OURS = ("/api/v1/", "/oauth/")  # the reference product's paths are aliases
ABOUT = """\
Ask customers for reviews, by e-mail or text message, and follow up until they answer or say stop.

Every call needs `Authorization: Bearer …`: an OAuth 2.0 access token or an API key (`rh_…`). It is bound to one
account, the business; what belongs to another account answers 404. `GET` needs the scope `read`, everything else
`write`. Times are RFC 3339 in UTC. Errors are always `{"error", "error_description"}`, with `fields` where input was
wrong. Lists are newest first: `next` leads on, `page_size` takes up to 200; a parameter that is unknown, blank or there
twice is refused.
"""
# Tags without a module of the API, whose docstring says what it is about.
TAGS = {
    "Account": "The person and the account that a token is for.",
    "OAuth 2.0": "Access to other people's accounts, for apps.",
}

SETTINGS = {
    "TITLE": "ReviewHub",
    "VERSION": VERSION,
    "DESCRIPTION": ABOUT,
    "CONTACT": {"name": "ReviewHub", "url": f"{ANYWHERE}/api/docs"},
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": OURS[0],
    "PREPROCESSING_HOOKS": ["reviews.api.openapi.document.choose_endpoints"],
    "COMPONENT_SPLIT_PATCH": False,
    "PATH_CONVERTER_OVERRIDES": {
        "id": OpenApiTypes.UUID,
        "request_key": {"type": "string", "description": RequestKey.ABOUT},
    },
    "ENFORCE_NON_BLANK_FIELDS": True,
    "SORT_OPERATIONS": False,
    "ENUM_SUFFIX": "",
    "ENUM_NAME_OVERRIDES": {
        "Channel": Channel.choices,
        "ChannelRule": ReviewRequest.ChannelRule.choices,
        "StepChannel": FollowUpStep.ChannelRule.choices,
        "ReviewRequestStatus": ReviewRequest.Status.choices,
        "MessageStatus": Delivery.Status.choices,
        "HoldReason": holds.Because.choices,
        "EventType": Event.Type.choices,
        "SubscribableType": [(type_.value, type_.value) for type_ in SUBSCRIBABLE],
        "ConsentChannel": CONSENT_CHANNELS,
        "ConsentKind": Consent.Kind.choices,
        "SuppressionReason": Suppression.Reason.choices,
    },
}


def make_document() -> dict[str, Any]:
    """Return the whole document, as `openapi.json` holds it."""
    with patched_settings(SETTINGS):
        generator = _Generator(urlconf="reviewhub.urls")
        document: dict[str, Any] = generator.get_schema(public=True)
    views = [view for *_, view in generator._get_paths_and_endpoints()]
    tags = TAGS | {name: about for name, about in map(tag_of, reversed(views)) if about}
    used = [operation["tags"][0] for path in document["paths"].values() for operation in path.values()]
    document["servers"] = [{"url": ANYWHERE}]
    document["tags"] = [{"name": name, "description": tags[name]} for name in dict.fromkeys(used)]
    _complete(document["components"])
    document["paths"]["/api/v1/hooks"]["post"]["callbacks"] = {"event": NOTICE}
    return cast(dict[str, Any], simplify(document))


class _Generator(SchemaGenerator):
    """The library's generator, for views that take the account from the request: here there is none."""

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)
        if hasattr(view, "get_queryset"):
            view.get_queryset = view.serializer_class.Meta.model.objects.none
        return view


# --- Endpoints ----------------------------------------------------------------------------------------


def choose_endpoints(endpoints: list[Any], **_: Any) -> list[Any]:
    """Keep our own paths in the order of the URLs, and add those of plain functions. drf-spectacular calls it."""
    routes = [f"/{route}" for route, _ in _routes()]
    order = {path.split("{")[0]: number for number, path in reversed([*enumerate(r.split("<")[0] for r in routes)])}
    chosen = [endpoint for endpoint in endpoints if endpoint[0].startswith(OURS[0])]
    chosen += [
        (f"/{route}", route, function.operation.method, _as_view(function))
        for route, function in _routes()
        if hasattr(function, "operation") and f"/{route}".startswith(OURS)
    ]
    return sorted(chosen, key=lambda endpoint: (_rank(*endpoint), order[endpoint[0].split("{")[0]]))


def _rank(path: str, regex: str, method: str, callback: Any) -> int:
    """Return what comes first: the resources, then what is asked about a token, then OAuth."""
    return 2 if path.startswith(OURS[1]) else int(hasattr(callback.cls, "TAG"))


def _routes() -> Iterator[tuple[str, Any]]:
    for outer in get_resolver("reviewhub.urls").url_patterns:
        for url in getattr(outer, "url_patterns", [outer]):
            if isinstance(url, URLPattern):
                yield str(url.pattern), url.callback


def _as_view(function: Any) -> Any:
    """Return a view of DRF that looks like the plain function."""
    said = function.operation
    methods = {said.method.lower(): function, "TAG": said.tag, "authentication_classes": [], "permission_classes": []}
    return type(function.__name__, (APIView,), methods).as_view()  # type: ignore[attr-defined]


# --- Components and callbacks --------------------------------------------------------------------------

PAGE = {"type": ["string", "null"], "format": "uri", "description": "The address of that page; null at the end."}
PARAMETERS = {
    "Cursor": {
        "name": "cursor",
        "in": "query",
        "schema": {"type": "string"},
        "description": "Where a page begins: as `next` and `previous` have it.",
    },
    "PageSize": {
        "name": "page_size",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999, "default": 50},
        "description": "Rows of a page; of more than 200, 200.",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "schema": {"type": "string"},
        "description": "An `ETag` that you have: if it is still that version, the answer is 304 without a body.",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "schema": {"type": "string"},
        "description": "The `ETag` of what you read: if it was changed since, the answer is 412, and nothing is done.",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string"},
        "description": "Makes the call safe to repeat: for 24 hours the first answer is given again, byte for byte.",
    },
}


def _complete(components: dict[str, Any]) -> None:
    schemas = components["schemas"]
    for name in filter(lambda name: name.endswith("Page"), schemas):
        schemas[name]["properties"] |= {"next": PAGE, "previous": PAGE}
        schemas[name]["required"] = ["next", "previous", "results"]
    components["responses"] = error_answers()
    components["headers"] = HEADERS | MORE_HEADERS
    components["parameters"] = PARAMETERS
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An API key (`rh_…`) or an access token."},
        "oauth2": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{ANYWHERE}/oauth/authorize",
                    "tokenUrl": f"{ANYWHERE}/oauth/token",
                    "refreshUrl": f"{ANYWHERE}/oauth/token",
                    "scopes": SCOPES_FOR_DEVELOPERS,
                }
            },
        },
    }


_SIGNATURE_HEADERS = {
    "webhook-id": "The event's id: the same however often it is told.",
    "webhook-timestamp": "When this call was made, in seconds since 1970.",
    "webhook-signature": "One signature for each secret, by the Standard Webhooks specification.",
}
RETRIES = f"up to {len(WAITS)} times in about {round(sum(WAITS, timedelta()) / timedelta(hours=1))} hours"
# A callback of the subscription, not one of the document's `webhooks`: of those OpenAPI Generator makes calls to us,
# and for Python a module that does not compile.
NOTICE = {
    "{$request.body#/url}": {
        "post": {
            "operationId": "takeEvent",
            "summary": "What an endpoint is told",
            "description": "At least once, in no order. Answer with 200 to 299 within ten seconds: else it is told "
            f"again, {RETRIES}. 410 ends the subscription.",
            "security": [],
            "parameters": [
                {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": about}
                for name, about in _SIGNATURE_HEADERS.items()
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}},
            },
            "responses": {"204": {"description": "Taken."}, "410": {"description": "Never again."}},
        }
    }
}
