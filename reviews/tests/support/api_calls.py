"""Every call of the API once, in an order that works, and programs in TypeScript that make them with generated clients.

Each program is what somebody would write who has the client: the compiler checks each argument and each key that is
read of an answer, and running it shows that the answers come.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviews.tests.support.helpers import REFERENCE


class Code(str):
    """A value that is an expression of the program: of an earlier answer, or of its surroundings."""


@dataclass(frozen=True)
class Call:
    """One call. Its answer gets a `name` if a later one needs it; `key` tells it from other forms of the answer."""

    operation: str
    id: Any = None
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    key: str = ""


_APP = {"client_id": Code("env.CLIENT_ID"), "client_secret": Code("env.CLIENT_SECRET")}
_PAIR = {"grant_type": "authorization_code", "code": Code("env.CODE"), "redirect_uri": Code("env.REDIRECT_URI"), **_APP}
_ONCE = {"Idempotency-Key": "one"}

CALLS: Sequence[Call] = (
    Call("getMe"),
    Call("getStatus"),
    Call("listFields"),
    Call("sendReviewRequest", body=REFERENCE, headers=_ONCE, name="made", key="contact_id"),
    Call("sendReviewRequest", body=REFERENCE),
    Call("sendReviewRequest", body={"mobile_phone_number": "+12125550199", "dry_run": True}),
    Call("sendReviewRequests", body={"requests": [REFERENCE, {"email": "bob@example.com", "sequence": "none"}]}),
    Call("listReviewRequests", query={"status": "scheduled", "page_size": 5}, name="requests", key="results"),
    Call("getReviewRequest", id=Code("requests.results[0].id")),
    Call("changeReviewRequest", id=Code("made.id"), body={"delay_hours": 48, "metadata": {"job": 7}}),
    Call("holdReviewRequest", id=Code("made.id"), body={"because": "refund"}),
    Call("releaseReviewRequest", id=Code("made.id")),
    Call("cancelReviewRequest", id=Code("made.id")),
    Call("sendReviewRequest", body={"email": "carol@example.com", "external_id": "job-7"}),
    Call("markResponded", id="external_id:job-7", body={"site": "Google"}),
    Call("listContacts", query={"email": "jane@example.com"}, name="contacts", key="results"),
    Call("getContact", id=Code("contacts.results[0].id")),
    Call("changeContact", id=Code("made.contact_id"), body={"last_name": None, "company_name": "Smith"}),
    Call("getContactEvidence", id=Code("made.contact_id")),
    Call("getEvidence", query={"address": "jane@example.com"}),
    Call("addSuppression", body={"address": "+12125550177", "evidence": "By phone"}, name="blocked", key="id"),
    Call("listSuppressions", query={"channel": "sms", "active": True}),
    Call("getSuppression", id=Code("blocked.id")),
    Call("liftSuppression", id=Code("blocked.id"), body={"because": "Asked for it"}),
    Call("listSequences", name="sequences", key="results"),
    Call("getSequence", id=Code("sequences.results[0].id")),
    Call("listFeedback", name="feedback", key="results"),
    Call("getFeedback", id=Code("feedback.results[0].id")),
    Call("subscribe", body={"url": "https://x.example/1", "events": ["link.clicked"]}, name="hook", key="secret"),
    Call("listHooks"),
    Call("getHook", id=Code("hook.id")),
    Call("changeHook", id=Code("hook.id"), body={"events": [], "description": "The till"}),
    Call("sendTestEvent", id=Code("hook.id")),
    Call("replayEvents", id=Code("hook.id"), body={"since": "2026-01-01T00:00:00Z"}),
    Call("listAttempts", id=Code("hook.id")),
    Call("rollSecret", id=Code("hook.id")),
    Call("unsubscribe", id=Code("hook.id")),
    Call("listEvents", query={"type": ["feedback.created", "link.clicked"]}),
    Call("eraseContact", id=Code("made.contact_id")),
    Call("exchangeToken", body=_PAIR, name="pair", key="access_token"),
    Call("introspectToken", body={"token": Code("pair.access_token"), **_APP}),
    Call("revokeTokens", body={"token": Code("pair.access_token")}),
)

_HEAD = """\
const env = process.env as Record<string, string>;
function taken<T>(operation: string, status: number, data: T): NonNullable<T> {
  if (status >= 300) throw new Error(`${operation}: ${status} ${JSON.stringify(data)}`);
  console.log(operation);
  return data as NonNullable<T>;
}
function having<T, K extends string>(data: T, key: K): Extract<T, Record<K, unknown>> {
  if (!(key in (data as object))) throw new Error(`${key} is not in ${JSON.stringify(data)}`);
  return data as Extract<T, Record<K, unknown>>;
}
"""


def _write(value: Any) -> str:
    """A value in TypeScript."""
    if isinstance(value, Code):
        return value
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)}: {_write(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_write, value))}]"
    return json.dumps(value)


def _given(**parts: Any) -> str:
    return _write({name: part for name, part in parts.items() if part})


def _program(head: str, document: Mapping[str, Any], write_call: Callable[[Call, Mapping[str, Any]], str]) -> str:
    """The lines of all calls; `write_call` returns the expression that makes one and yields its data."""
    operations = {
        operation["operationId"]: {"path": path, "method": method, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    lines = [head, _HEAD]
    for call in CALLS:
        data = write_call(call, operations[call.operation])
        lines.append(f'const {call.name} = having({data}, "{call.key}");' if call.name else f"{data};")
    return "\n".join(lines)


def write_openapi_fetch(document: Mapping[str, Any]) -> str:
    head = """\
import createClient from "openapi-fetch";
import type { paths } from "./fetch/schema";
const client = createClient<paths>({
  baseUrl: process.env.BASE, headers: { Authorization: `Bearer ${process.env.KEY}` } });
async function of<D, E>(operation: string, call: Promise<{ data?: D; error?: E; response: Response }>) {
  const { data, error, response } = await call;
  if (error !== undefined) throw new Error(`${operation}: ${response.status} ${JSON.stringify(error)}`);
  return taken(operation, response.status, data);
}"""

    def write_call(call: Call, operation: Mapping[str, Any]) -> str:
        (media,) = operation.get("requestBody", {}).get("content", {"": None})
        form = {"Content-Type": media} if media == "application/x-www-form-urlencoded" else None
        params = _given(path={"id": call.id} if call.id else None, query=call.query, header=call.headers)
        options = _given(params=Code(params) if params != "{}" else None, body=call.body, headers=form)
        return f'await of("{call.operation}", client.{operation["method"].upper()}("{operation["path"]}", {options}))'

    return _program(head, document, write_call)


def write_hey_api(document: Mapping[str, Any]) -> str:
    """It reads each body and each answer by the schemas that it made for zod, too."""
    head = """\
import { client } from "./hey/client.gen";
import * as sdk from "./hey";
client.setConfig({
  baseUrl: process.env.BASE, auth: (auth) => (auth.scheme === "bearer" ? process.env.KEY : undefined) });
async function of<D, E>(operation: string, call: Promise<{ data?: D; error?: E; response?: Response }>) {
  const { data, error, response } = await call;
  if (error !== undefined) throw new Error(`${operation}: ${response?.status} ${error} ${JSON.stringify(error)}`);
  return taken(operation, response?.status ?? 0, data);
}"""

    def write_call(call: Call, operation: Mapping[str, Any]) -> str:
        path = {"id": call.id} if call.id else None
        options = _given(path=path, query=call.query, body=call.body, headers=call.headers)
        return f'await of("{call.operation}", sdk.{call.operation}({options}))'

    return _program(head, document, write_call)


def write_orval(document: Mapping[str, Any]) -> str:
    """It reads bodies and answers by the schemas that orval makes for zod, too: those of JSON, and of 200 and 201."""
    head = """\
import * as api from "./orval/api";
import * as schemas from "./orval/api.zod";
const send = globalThis.fetch;
const key = { Authorization: `Bearer ${process.env.KEY}` };
globalThis.fetch = (url, options) => send(new URL(String(url), process.env.BASE), {
  ...options, headers: { ...key, ...(options?.headers as Record<string, string>) } });
async function of<T extends { status: number; data: unknown }>(operation: string, call: Promise<T>) {
  const { status, data } = await call;
  return taken(operation, status, data as T["data"]);
}"""

    def write_call(call: Call, operation: Mapping[str, Any]) -> str:
        body = _write(call.body)
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            body = f"schemas.{call.operation}Body.parse({body})"
        given = [_write(call.id)] if call.id else []
        given += [body] if call.body is not None else []
        given += [_write(call.query)] if call.query else []
        given += [_write({"headers": call.headers})] if call.headers else []
        data = f'await of("{call.operation}", api.{call.operation}({", ".join(given)}))'
        is_read = {"200", "201"} & operation["responses"].keys()
        return f"schemas.{call.operation}Response.parse({data})" if is_read else data

    return _program(head, document, write_call)
