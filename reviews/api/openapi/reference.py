"""The OpenAPI document, put in order for people: the call that asks a customer first, then a section a subject."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

FIRST = "sendReviewRequest"
DEEPEST = 4  # objects within objects; what is deeper is said in words
_METHODS = ("get", "post", "put", "patch", "delete")
_LARGEST_STATUS = 300  # below it an answer is what was asked for
_CODE = re.compile(r"`([^`]+)`")
# Words for the forms of strings, as somebody who fills them in needs them.
_FORMS = {"date-time": "time", "email": "e-mail address", "uri": "address", "uuid": "UUID", "date": "date"}


@dataclass(frozen=True)
class Field:
    """A parameter, or a property of an object; `name` leads to it, such as `consent.kind` or `results[].id`."""

    name: str
    form: str
    about: SafeString
    is_required: bool = False


@dataclass(frozen=True)
class Answer:
    status: str
    about: SafeString
    fields: list[Field]
    example: str


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    summary: str
    about: SafeString
    scope: str
    parameters: list[Field]
    body: list[Field]
    body_type: str
    command: str
    answers: list[Answer]
    problems: list[tuple[str, str]]  # status, name of the answer in the section on errors
    told: list[Answer]  # what is called back


@dataclass(frozen=True)
class Section:
    name: str
    anchor: str
    about: SafeString
    operations: list[Operation] = field(default_factory=list)


@dataclass(frozen=True)
class Problem:
    name: str
    code: str  # what `error` says
    statuses: str
    about: SafeString
    example: str


@dataclass(frozen=True)
class Reference:
    version: str
    about: SafeString
    first: Operation
    sections: list[Section]
    problems: list[Problem]


def read(document: dict[str, Any]) -> Reference:
    """Return the document's content in the order of the page."""
    return _Reader(document).reference()


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.server: str = document["servers"][0]["url"]

    def reference(self) -> Reference:
        sections = {
            tag["name"]: Section(tag["name"], _anchor(tag["name"]), _text(tag["description"]))
            for tag in self.document["tags"]
        }
        operations = []
        for path, methods in self.document["paths"].items():
            for method in _METHODS:
                if method in methods:
                    operation = self._operation(path, method, methods[method])
                    operations.append(operation)
                    sections[methods[method]["tags"][0]].operations.append(operation)
        return Reference(
            version=self.document["info"]["version"],
            about=_text(self.document["info"]["description"]),
            first=next(operation for operation in operations if operation.name == FIRST),
            sections=[section for section in sections.values() if section.operations],
            problems=list(self._problems(operations)),
        )

    def _operation(self, path: str, method: str, said: dict[str, Any]) -> Operation:
        content: dict[str, Any] = said.get("requestBody", {}).get("content", {})
        body_type = next(iter(content), "")
        body = content.get(body_type, {})
        answers = {status: self._resolved(answer) for status, answer in said["responses"].items()}
        scopes = [scope for way in said.get("security", []) for scope in way.get("oauth2", [])]
        return Operation(
            name=said["operationId"],
            method=method.upper(),
            path=path,
            summary=said["summary"],
            about=_text(said.get("description", "")),
            scope=next(iter(scopes), ""),
            parameters=[self._parameter(parameter) for parameter in said.get("parameters", [])],
            body=list(self._fields(body.get("schema", {}))),
            body_type=body_type,
            command=self._command(method, path, bool(said.get("security")), body_type, body.get("example")),
            answers=[self._answer(status, answers[status]) for status in answers if int(status) < _LARGEST_STATUS],
            problems=[
                (status, _name(answer))
                for status, answer in said["responses"].items()
                if int(status) >= _LARGEST_STATUS
            ],
            told=[
                self._answer("", called["requestBody"] | {"description": called.get("description", "")})
                for callback in said.get("callbacks", {}).values()
                for methods in callback.values()
                for called in methods.values()
            ],
        )

    def _command(self, method: str, path: str, is_secured: bool, body_type: str, example: Any) -> str:
        lines = [f"curl {'' if method == 'get' else f'-X {method.upper()} '}'{self.server}{path}'"]
        if is_secured:
            lines.append('-H "Authorization: Bearer $KEY"')
        if body_type == "application/json":
            lines.append("-H 'Content-Type: application/json'")
            lines.append(f"-d '{_json(example if example is not None else {})}'")
        elif body_type:
            lines += [f"--data-urlencode '{name}={value}'" for name, value in (example or {}).items()]
        return " \\\n  ".join(lines)

    def _answer(self, status: str, answer: dict[str, Any]) -> Answer:
        body: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
        example = _json(body["example"]) if "example" in body else ""
        return Answer(status, _text(answer.get("description", "")), list(self._fields(body.get("schema", {}))), example)

    def _problems(self, operations: list[Operation]) -> Iterator[Problem]:
        for name, answer in self.document["components"]["responses"].items():
            statuses = {status for operation in operations for status, used in operation.problems if used == name}
            if statuses:
                code = next(iter(answer["content"].values()))["example"]["error"]
                example = self._answer("", answer).example
                yield Problem(name, code, ", ".join(sorted(statuses)), _text(answer["description"]), example)

    # --- Fields ---------------------------------------------------------------------------------------

    def _parameter(self, parameter: dict[str, Any]) -> Field:
        said = self._resolved(parameter)
        place = {"query": "", "path": "in the path, ", "header": "a header, "}[said["in"]]
        about = _text(said.get("description", ""))
        return Field(said["name"], place + self._form(said["schema"]), about, said.get("required", False))

    def _fields(self, schema: dict[str, Any], prefix: str = "", depth: int = 1) -> Iterator[Field]:
        """The properties of an object, each followed by those of the object in it."""
        schema = self._resolved(schema)
        for part in (*schema.get("allOf", []), *schema.get("oneOf", [])):
            yield from self._fields(part, prefix, depth)
        if "items" in schema:
            yield from self._fields(schema["items"], f"{prefix}[]", depth)
        for name, said in schema.get("properties", {}).items():
            path = f"{prefix}.{name}" if prefix else name
            inner = self._one_of(said)
            about = said.get("description") or inner.get("description", "")
            yield Field(path, self._form(said), _text(about), name in schema.get("required", ()))
            if depth < DEEPEST:
                yield from self._fields(inner, path, depth + 1)

    def _form(self, schema: dict[str, Any]) -> str:
        """Say what a value looks like: "string", "list of UUID", "time or null"."""
        inner = self._one_of(schema)
        types = inner.get("type", "object" if "properties" in inner else "any")
        names = [types] if isinstance(types, str) else list(types)
        if {"type": "null"} in schema.get("anyOf", []) + schema.get("oneOf", []):
            names.append("null")
        words = []
        for name in dict.fromkeys(names):
            if name == "array":
                words.append(f"list of {self._form(inner.get('items', {}))}")
            elif name == "string" and inner.get("format") in _FORMS:
                words.append(_FORMS[inner["format"]])
            else:
                words.append(name)
        return " or ".join(words)

    def _one_of(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema itself, or the one of its alternatives that is not null."""
        schema = self._resolved(schema)
        choices = [part for part in schema.get("anyOf", schema.get("oneOf", [])) if part != {"type": "null"}]
        return self._one_of(choices[0]) if len(choices) == 1 else schema

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            found: Any = self.document
            for key in part["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            part = found | {key: value for key, value in part.items() if key != "$ref"}
        return part


def _name(answer: dict[str, Any]) -> str:
    return str(answer.get("$ref", "")).rpartition("/")[2]


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _text(text: str) -> SafeString:
    """Return the document's Markdown as HTML: paragraphs, lists and code are all that it has."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block]
    return mark_safe("".join(map(_block, blocks)))  # noqa: S308 (escaped below)


def _block(block: str) -> SafeString:
    if block.startswith("* "):
        items = [(_line(item),) for item in re.split(r"^\* ", block, flags=re.MULTILINE)[1:]]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))
    return format_html("<p>{}</p>", _line(block))


def _line(text: str) -> SafeString:
    return mark_safe(_CODE.sub(r"<code>\1</code>", conditional_escape(text.strip())))  # noqa: S308 (escaped)
