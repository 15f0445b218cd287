"""Making of the OpenAPI document, from the views and their serializers, by drf-spectacular.

`manage.py openapi` writes it to openapi.json, which `published` serves: only developers install the generator.
"""

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiViewExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view

from oauth.scopes import SCOPES_FOR_DEVELOPERS
from reviewhub.rest.errors import CODES
from reviews.api.openapi.oauth import OAUTH_PATHS
from reviews.api.openapi.operations import OPERATIONS
from reviews.models import Consent, Delivery, Event, FollowUpStep, ReviewRequest
from reviews.models.base import Channel
from reviews.models.consent import CONSENT_CHANNELS
from reviews.webhooks.notifier import WAITS

VERSION = "1.0.0"
PREFIX = "/api/v1/"
TAGS = (
    *("Review requests", "Contacts", "Suppressions", "Sequences", "Feedback", "Events", "Webhooks"),
    *("Account", "OAuth 2.0"),
)

ABOUT = """\
Ask customers for reviews, by e-mail or text message, and follow up until they answer or say stop.

Every call needs `Authorization: Bearer …`: an OAuth 2.0 access token or an API key (`rh_…`). It is bound to one
account, the business; what belongs to another account answers 404. `GET` needs the scope `read`, everything else
`write`. Times are RFC 3339 in UTC. Errors are always `{"error", "error_description"}`, with `fields` where input was
wrong. Lists are newest first: `next` leads on, `page_size` takes up to 200; a parameter that is unknown, blank or there
twice is refused.
"""

# --- The views ----------------------------------------------------------------------------------------


def describe_view(target: str, methods: dict[str, dict[str, Any]]) -> None:
    """Register the description of the view at a dotted path: for each method the arguments of `extend_schema`."""

    def view_replacement(self: Any) -> Any:
        view = self.target_class
        # A view takes the account from the request, and the generator has no request.
        no_rows = {"get_queryset": lambda view: view.serializer_class.Meta.model.objects.none()}
        copied = type(view.__name__, (view,), no_rows if hasattr(view, "get_queryset") else {})
        schemas = {method: extend_schema(**arguments) for method, arguments in methods.items()}
        return extend_schema_view(**schemas)(copied)

    name = target.rpartition(".")[2]
    type(f"{name}Document", (OpenApiViewExtension,), {"target_class": target, "view_replacement": view_replacement})


for target, methods in OPERATIONS.items():
    describe_view(target, methods)


class BearerDocument(OpenApiAuthenticationExtension):
    """Description of our authentication: a token in the header `Authorization`."""

    target_class = "oauth.calls.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


# --- The parts that every operation has ---------------------------------------------------------------

ERRORS = {
    "400": "The input is wrong.",
    "401": "The token is missing, unknown, expired or revoked.",
    "403": "The token may not do this.",
    "404": "There is nothing here that the account has.",
    "405": "This address does not take that method.",
    "409": "The call does not fit what is there.",
    "413": "The body is too large.",
    "415": "The body is no JSON, or it is compressed.",
    "429": "Too many calls; wait for the seconds in Retry-After.",
    "500": "Something went wrong on our side.",
    "503": "The service is busy; try again.",
}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string"},
    "description": "Makes the call safe to repeat: for 24 hours the first answer is given again, byte for byte.",
}
# Errors of the methods that take a body.
WITH_BODY = {"409", "413", "415"}
HEADERS = {
    "X-Request-ID": {"schema": {"type": "string"}, "description": "Names this call in the logs."},
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": "The limit: calls in a window of seconds."},
    "RateLimit": {"schema": {"type": "string"}, "description": "How many are left, and for how many seconds."},
}

SETTINGS = {
    "TITLE": "ReviewHub",
    "VERSION": VERSION,
    "DESCRIPTION": ABOUT,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": PREFIX,
    "PREPROCESSING_HOOKS": ["reviews.api.openapi.document.keep_own_paths"],
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"id": OpenApiTypes.UUID},
    "ENUM_NAME_OVERRIDES": {
        "Channel": Channel.choices,
        "ChannelRule": ReviewRequest.ChannelRule.choices,
        "StepChannel": FollowUpStep.ChannelRule.choices,
        "ReviewRequestStatus": ReviewRequest.Status.choices,
        "MessageStatus": Delivery.Status.choices,
        "EventType": Event.Type.choices,
        "ConsentChannel": CONSENT_CHANNELS,
        "ConsentKind": Consent.Kind.choices,
    },
}


def make_document() -> dict[str, Any]:
    """Return the whole document, as `openapi.json` holds it."""
    with patched_settings(SETTINGS):
        generated: dict[str, Any] = SchemaGenerator(urlconf="reviewhub.urls").get_schema(public=True)
    return _complete(generated)


def keep_own_paths(endpoints: list[Any], **_: Any) -> list[Any]:
    """Drop the reference product's paths, which are aliases. drf-spectacular calls it before it reads the views."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(PREFIX)]


def _complete(generated: dict[str, Any]) -> dict[str, Any]:
    """Add errors, headers, security and examples to every operation, and the paths that are no views of DRF."""
    made = _rename_components(generated)
    made["servers"] = [{"url": "/"}]
    made["tags"] = [{"name": name} for name in TAGS]
    components = made["components"]
    for name in ("ReviewRequestInput", "ReviewRequestChange", "RespondedInput", "ContactChange"):
        _allow_null(components["schemas"][name])
    for name in ("ReviewRequestInput", "ReviewRequestChange"):
        components["schemas"][name]["properties"]["metadata"] = METADATA
    # The same choices, under the name that they have had since version 1.0.0.
    components["schemas"]["RehearsalStatus"] = deepcopy(components["schemas"]["ReviewRequestStatus"])
    components["schemas"]["Rehearsal"]["properties"]["status"] = {"$ref": "#/components/schemas/RehearsalStatus"}
    components["schemas"]["HookInput"]["properties"]["url"] |= {"format": "uri", "pattern": "^https://"}
    components["schemas"]["BulkResult"]["required"] = ["index", "status"]  # and one of the others
    for name in filter(lambda name: name.endswith("Page"), components["schemas"]):
        components["schemas"][name]["properties"] |= {"next": PAGE, "previous": PAGE}
        components["schemas"][name]["required"] = ["next", "previous", "results"]
    components["schemas"]["Error"] = ERROR
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An API key (`rh_…`) or an access token."},
        "oauth2": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "/oauth/authorize",
                    "tokenUrl": "/oauth/token",
                    "refreshUrl": "/oauth/token",
                    "scopes": SCOPES_FOR_DEVELOPERS,
                }
            },
        },
    }
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            _finish(path, method, operation)
    made["paths"] |= deepcopy(OAUTH_PATHS)
    made["webhooks"] = deepcopy(WEBHOOKS)
    return made


def _rename_components(generated: dict[str, Any]) -> dict[str, Any]:
    """Give the components the names that generated clients should have for them."""
    text = json.dumps(generated)
    for old in generated["components"]["schemas"]:
        new = NAMES.get(old) or old.removesuffix("Request").replace("Paginated", "").removesuffix("Enum")
        new = NAMES.get(new) or new.removesuffix("Whole").removesuffix("Out")
        text = text.replace(f'"#/components/schemas/{old}"', f'"#/components/schemas/{new}"')
        text = text.replace(f'"{old}": {{', f'"{new}": {{')
    renamed: dict[str, Any] = json.loads(text)
    return renamed


# Names of components that dropping "Request", "Paginated", "Enum", "Whole" and "Out" does not make.
NAMES = {
    "ReviewRequestIn": "ReviewRequestInput",
    "PatchedContactIn": "ContactChange",
    "ConsentIn": "ConsentInput",
    "SuppressionIn": "SuppressionInput",
    "LiftIn": "Lift",
    "PatchedReviewRequestChange": "ReviewRequestChange",
    "RespondedIn": "RespondedInput",
    "HoldIn": "HoldInput",
    "BecauseEnum": "HoldReason",
    "BulkIn": "BulkInput",
    "BulkOut": "BulkAnswer",
    "PlannedOut": "PlannedMessage",
    "PaginatedContactWholeList": "ContactPage",
    "PaginatedSuppressionWholeList": "SuppressionPage",
    "PaginatedReviewRequestOutList": "ReviewRequestPage",
    "PaginatedSequenceOutList": "SequencePage",
    "PaginatedFeedbackOutList": "FeedbackPage",
    "PaginatedEventWholeList": "EventPage",
    "PaginatedHookOutList": "HookPage",
    "PaginatedAttemptOutList": "AttemptPage",
    "HookWanted": "HookInput",
    "PatchedHookChanged": "HookChange",
    "ReplayIn": "ReplayInput",
    "HookMade": "HookWithSecret",
    "ReviewRequestTold": "ReviewRequestInEvent",
    "FieldOutTypeEnum": "FieldType",
    "EventsEnum": "SubscribableType",
    "ReasonEnum": "SuppressionReason",
}
PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
PAGE = {"type": ["string", "null"], "format": "uri", "description": "The address of that page; null at the end."}
METADATA = {"type": ["object", "null"], "maxProperties": 50, "description": "Additional custom data, up to 16 KiB."}


RETRIES = f"up to {len(WAITS)} times in about {round(sum(WAITS, timedelta()) / timedelta(hours=1))} hours"
_SIGNATURE_HEADERS = {
    "webhook-id": "The event's id: the same however often it is told.",
    "webhook-timestamp": "When this call was made, in seconds since 1970.",
    "webhook-signature": "One signature for each secret, by the Standard Webhooks specification.",
}
WEBHOOKS = {
    "event": {
        "post": {
            "operationId": "takeEvent",
            "tags": ["Webhooks"],
            "summary": "What an endpoint is told",
            "description": "At least once, in no order. Answer with 200 to 299 within ten seconds: else it is told "
            f"again, {RETRIES}. 410 ends the subscription.",
            "security": [],
            "parameters": [
                {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "schema": {"type": "string"},
                    "description": description,
                }
                for name, description in _SIGNATURE_HEADERS.items()
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}},
            },
            "responses": {"204": {"description": "Taken."}, "410": {"description": "Never again."}},
        }
    }
}


def _allow_null(schema: dict[str, Any]) -> None:
    """Allow `null` in every property: like an empty text it counts as absent, or takes a value away."""
    for name, field in schema["properties"].items():
        if "oneOf" in field:  # a format, or an empty text
            field |= field.pop("oneOf")[0]
        field.pop("minLength", None)
        if isinstance(field.get("type"), str):
            field["type"] = [field["type"], "null"]
        elif "type" not in field and "description" in field:
            outer = {key: field.pop(key) for key in ("description", "default") if key in field}
            schema["properties"][name] = {"anyOf": [field, {"type": "null"}], **outer}


def _finish(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add to an operation its security, its headers, and the errors that it may answer with."""
    scope = "read" if method == "get" else "write"
    operation["security"] = [{"bearer": []}, {"oauth2": [] if path.endswith("/status") else [scope]}]
    errors = {"401", "403", "429", "500", "503"} | ({"404"} if "{" in path else set())
    if (method == "get" and operation.get("parameters")) or method != "get":
        errors.add("400")
    if method in ("post", "patch"):
        errors |= WITH_BODY
        operation.setdefault("parameters", []).append(deepcopy(IDEMPOTENCY))
    for parameter in operation.get("parameters", []):
        if parameter["name"] == "page_size":
            parameter |= {"description": "50 if left out; of more than 200, 200.", "schema": PAGE_SIZE}
    for status, response in operation["responses"].items():
        response["headers"] = deepcopy(HEADERS)
        response["description"] = response.get("description") or {"201": "Made.", "202": "Taken.", "204": "Gone."}.get(
            status, "Here."
        )
    for status in sorted(errors):
        operation["responses"][status] = _error(status)


def _error(status: str) -> dict[str, Any]:
    code, description = CODES.get(int(status), ("invalid_state", ERRORS[status]))
    headers: dict[str, Any] = {"X-Request-ID": HEADERS["X-Request-ID"]}
    if status in ("429", "503"):
        headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
    if status in ("401", "403"):
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    return {
        "description": ERRORS[status],
        "headers": headers,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Error"},
                "example": {"error": code, "error_description": description},
            }
        },
    }


ERROR = {
    "type": "object",
    "description": "Every error. `fields` names each wrong input field with what is wrong about it.",
    "properties": {
        "error": {"type": "string"},
        "error_description": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "active": {"type": "boolean", "description": "False, where a token was asked about that is none."},
    },
    "required": ["error", "error_description"],
}
