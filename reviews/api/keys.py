"""Keys of review requests in addresses: the id, in any case, or `external_id:` with the caller's own id behind it."""

from uuid import UUID

from reviewhub.rest.paths import Id


class ExternalId(str):
    """A caller's own id of a request, as an address names it."""

    __slots__ = ()


class RequestKey:
    """Converter of addresses: a request's id, or its external id (percent-encoded, without a slash)."""

    PREFIX = "external_id:"
    ABOUT = (
        f"The id of the request; or `{PREFIX}` and your own id of it, percent-encoded, such as `{PREFIX}job-1047`. One "
        "with a slash is found by `GET /api/v1/review-requests?external_id=`."
    )
    regex = rf"{Id.regex}|{PREFIX}[^/\x00]+"

    def to_python(self, value: str) -> UUID | ExternalId:
        if value.startswith(self.PREFIX):
            return ExternalId(value.removeprefix(self.PREFIX))
        return UUID(value)

    def to_url(self, value: UUID | str) -> str:
        return f"{self.PREFIX}{value}" if isinstance(value, ExternalId) else str(value)
