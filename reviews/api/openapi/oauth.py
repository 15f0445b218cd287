"""Description of the OAuth endpoints for the OpenAPI document, by hand: they are no views of DRF."""

from typing import Any

TAGS = ["OAuth 2.0"]


def string(description: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "string"} | ({"description": description} if description else {}) | more


def request_body(properties: dict[str, Any], required: list[str], example: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a request body that may be a form or JSON."""
    schema = {"type": "object", "properties": properties, "required": required}
    content = {"schema": schema, "example": example}
    return {
        # A required body of two types makes openapi-python-client 0.29.1 write what does not import (its issue 1451).
        "required": False,
        "content": {"application/x-www-form-urlencoded": content, "application/json": content},
    }


def json_answer(title: str, description: str, properties: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """Return the description of an answer in JSON. Generated clients name its type by the title."""
    schema = {"title": title, "type": "object", "properties": properties, "required": list(example)}
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


def error(description: str, code: str) -> dict[str, Any]:
    example = {"error": code, "error_description": description}
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


CLIENT = {
    "client_id": string("Your OAuth client ID; or HTTP Basic."),
    "client_secret": string("Your OAuth client secret; a public app has none."),
}
WRONG_CLIENT = error("Wrong client id or secret.", "invalid_client")
UNREADABLE = {
    "413": error("The body is larger than 64 KiB.", "payload_too_large"),
    "415": error("Send a form or application/json.", "unsupported_media_type"),
}
TOO_MANY = error("Too many calls; wait for the seconds in Retry-After.", "rate_limited")
PAIR = {
    "access_token": string(),
    "token_type": string(enum=["Bearer"]),
    "expires_in": {"type": "integer", "description": "Seconds."},
    "refresh_token": string("Replaces the one that was sent."),
    "scope": string(),
}

OAUTH_PATHS: dict[str, Any] = {
    "/oauth/authorize": {
        "get": {
            "operationId": "authorize",
            "tags": TAGS,
            "summary": "Ask a person for access",
            "description": "In a browser. The answer reaches `redirect_uri` with `code`, `state` and `iss` (RFC 9207).",
            "security": [],
            "parameters": [
                {"name": name, "in": "query", "required": required, "schema": schema}
                for name, required, schema in (
                    ("response_type", True, string(enum=["code"])),
                    ("client_id", True, string()),
                    ("redirect_uri", True, string(format="uri")),
                    ("scope", False, string("`read write` if it is left out.")),
                    ("state", False, string()),
                    ("code_challenge", False, string("PKCE (RFC 7636): public apps must.")),
                    ("code_challenge_method", False, string(enum=["S256"])),
                )
            ],
            "responses": {
                "200": {"description": "A page.", "content": {"text/html": {"schema": string()}}},
                "302": {"description": "On to the app, with a code or an error."},
                "400": {"description": "A page: the app is unknown.", "content": {"text/html": {"schema": string()}}},
            },
        }
    },
    "/oauth/token": {
        "post": {
            "operationId": "exchangeToken",
            "tags": TAGS,
            "summary": "Exchange a code, or refresh",
            "description": "Exchanges authorization code for access token or refreshes access token.",
            "security": [],
            "requestBody": request_body(
                {
                    "grant_type": string("Type of grant", enum=["authorization_code", "refresh_token"]),
                    **CLIENT,
                    "code": string("Authorization code (required for authorization_code grant)"),
                    "redirect_uri": string("Same redirect URI used in authorization"),
                    "refresh_token": string("Refresh token (required for refresh_token grant)"),
                    "code_verifier": string("PKCE verifier"),
                },
                ["grant_type"],
                {"grant_type": "refresh_token", "client_id": "…", "client_secret": "…", "refresh_token": "…"},
            ),
            "responses": {
                "200": json_answer(
                    "TokenPair",
                    "A pair of tokens.",
                    PAIR,
                    {
                        "access_token": "…",
                        "token_type": "Bearer",
                        "expires_in": 3600,
                        "refresh_token": "…",
                        "scope": "read write",
                    },
                ),
                "400": error(
                    "The code or refresh token is invalid, expired, used, or another client's.", "invalid_grant"
                ),
                "401": WRONG_CLIENT,
                "429": TOO_MANY,
                **UNREADABLE,
            },
        }
    },
    "/oauth/revoke": {
        "post": {
            "operationId": "revokeTokens",
            "tags": TAGS,
            "summary": "Revoke one token, or all",
            "description": "With a Bearer token: revokes all active OAuth tokens for the authenticated user in the "
            "account of that token, or the one that is named. With client credentials: RFC 7009, `token` is required "
            "and the answer is empty.",
            "security": [{"bearer": []}, {"oauth2": ["write"]}, {}],
            "requestBody": request_body(
                {"token": string("Specific token to revoke (optional, revokes all if not provided)"), **CLIENT},
                [],
                {"token": "…"},
            ),
            "responses": {
                "200": json_answer(
                    "Revocation",
                    "Revoked. Somebody else's token counts 0, too.",
                    {"success": {"type": "boolean"}, "message": string(), "revoked_count": {"type": "integer"}},
                    {"success": True, "message": "Tokens revoked successfully", "revoked_count": 2},
                ),
                "400": error("Missing token parameter.", "invalid_request"),
                "401": error("Send a valid access token or API key as 'Authorization: Bearer …'.", "unauthorized"),
                "403": error("This call needs the scope 'write'.", "insufficient_scope"),
                "429": TOO_MANY,
                **UNREADABLE,
            },
        }
    },
    "/oauth/introspect": {
        "post": {
            "operationId": "introspectToken",
            "tags": TAGS,
            "summary": "What a token is good for",
            "description": "RFC 7662, with client credentials. A token that is not the client's is not active.",
            "security": [],
            "requestBody": request_body({"token": string(), **CLIENT}, ["token"], {"token": "…"}),
            "responses": {
                "200": json_answer(
                    "Introspection",
                    "What is known.",
                    {"active": {"type": "boolean"}, "scope": string(), "exp": {"type": "integer"}},
                    {"active": True},
                ),
                "400": error("Missing token parameter.", "invalid_request"),
                "401": WRONG_CLIENT,
                "429": TOO_MANY,
                **UNREADABLE,
            },
        }
    },
}
