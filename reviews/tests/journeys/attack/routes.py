"""Every address of the project, read from the resolver, and the values that fill it for an account."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.urls import URLPattern, get_resolver

from oauth.models import Account, ApiKey, Invitation, Membership, User, UserSession
from oauth.sign_in import invitations
from reviews.models import (
    Contact,
    Delivery,
    DeliveryEvent,
    Endpoint,
    Feedback,
    RequestAlias,
    ReviewRequest,
    ReviewSite,
    Sequence,
    Suppression,
)

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
# Whose rows are named by the argument behind this beginning. In the back-office, addresses name the model themselves.
MODELS: dict[str, type[Model]] = {
    "admin/operations/messages/": Delivery,
    "admin/settings/connections/keys/": ApiKey,
    "admin/settings/people/invitations/": Invitation,
    "admin/settings/people/": Membership,
    "admin/settings/sites/": ReviewSite,
    "admin/operations/texts/": DeliveryEvent,
    "api/v1/contacts/": Contact,
    "api/v1/feedback/": Feedback,
    "api/v1/hooks/": Endpoint,
    "api/v1/review-requests/": ReviewRequest,
    "api/v1/sequences/": Sequence,
    "api/v1/suppressions/": Suppression,
    "connections/": Account,
    "security/passkeys/": Authenticator,
}
KEYS = {"object_id", "pk", "id", "account_id"}  # arguments that hold the key of such a row
# Who has the link may open it: that is how recipients, invited colleagues and readers of a printed code come in.
LINKS = re.compile(r"^(r|b|invitation|password/reset|sign-in/link|security/mail/stop)/")


@dataclass(frozen=True)
class Route:
    """A pattern, such as `api/v1/contacts/<id:pk>`."""

    pattern: str

    @property
    def arguments(self) -> list[str]:
        return ARGUMENT.findall(self.pattern)

    @property
    def is_link(self) -> bool:
        return bool(LINKS.match(self.pattern))

    def path(self, values: dict[str, str]) -> str:
        """Return the address with these values, percent-encoded where they are not yet."""
        return "/" + ARGUMENT.sub(lambda match: quote(values[match[1]], safe="%/:@"), self.pattern)

    @property
    def model(self) -> type[Model] | None:
        """Return the model whose row the address names."""
        if match := re.match(r"admin/(oauth|reviews|django_q|account|mfa)/(\w+)/", self.pattern):
            return apps.get_model(match[1], match[2])
        return next((model for begin, model in MODELS.items() if self.pattern.startswith(begin)), None)


def routes() -> list[Route]:
    """Return all addresses; of those that are written as regular expressions, the groups become arguments.

    A review request has two: one with its id, and one with its caller's own id.
    """
    patterns = {*_patterns(get_resolver(), "")}
    patterns |= {pattern.replace("<request_key:pk>", "external_id:<external_id>") for pattern in patterns}
    return [Route(pattern) for pattern in sorted(patterns)]


def _patterns(resolver: Any, before: str) -> Iterator[str]:
    for part in resolver.url_patterns:
        pattern = before + re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", str(part.pattern)).removeprefix("^").removesuffix("$")
        if isinstance(part, URLPattern):
            yield pattern
        else:
            yield from _patterns(part, pattern)


# --- Rows of an account -------------------------------------------------------------------------------


@cache
def account_path(model: type[Model]) -> str | None:
    """Return the way from the model to its account, as a query has it; None for rows of no account."""
    ways: list[tuple[type[Any], str]] = [(model, "")]
    for current, way in ways:
        if current is Account:
            return way + "pk"
        if current is User:
            return way + "memberships__account"
        if len(ways) < 100:
            related = [field for field in current._meta.concrete_fields if field.is_relation]
            related.sort(key=lambda field: field.related_model is User)  # whose it is, before who made it
            ways += [(field.related_model, f"{way}{field.name}__") for field in related]
    return None


def rows_of(account: Account, model: type[Model]) -> "QuerySet[Any]":
    """Return the account's rows of the model; all of them where they are of no account."""
    way = account_path(model)
    rows: QuerySet[Any] = model._base_manager.order_by("pk")
    return rows if way is None else rows.filter(**{way: account.pk})


def _reset(account: Account) -> tuple[str, str]:
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    user = rows_of(account, User)[0]
    return user_pk_to_url_str(user), default_token_generator.make_token(user)


# What fills the other arguments.
FILLERS: dict[str, Callable[[Account], Any]] = {
    "app_label": lambda _: "reviews",
    "channel": lambda _: "email",
    "code": lambda account: account.scan_code,
    "content_type_id": lambda _: ContentType.objects.get_for_model(Contact).pk,
    "decision": lambda _: "sent",
    "external_id": lambda account: rows_of(account, RequestAlias)[0].external_id,
    "key": lambda account: _reset(account)[1],
    "kind": lambda _: "failed",
    "key_id": lambda account: rows_of(account, ApiKey)[0].pk,
    "provider": lambda _: "postmark",
    "session_id": lambda account: rows_of(account, UserSession)[0].pk,
    "row": lambda account: f"{FILLERS['content_type_id'](account)}/{rows_of(account, Contact)[0].pk}/",
    "site": lambda account: rows_of(account, ReviewSite)[0].pk,
    "tile": lambda _: "doubts",
    "token": lambda account: rows_of(account, Delivery)[0].link_token,
    "uidb36": lambda account: _reset(account)[0],
    "url": lambda _: "nowhere/",
    "way": lambda _: "down",
}


def values_of(route: Route, account: Account) -> dict[str, str]:
    """Return the values that make the address one of the account's own rows. Raises LookupError in words."""
    values: dict[str, Any] = {}
    for name in route.arguments:
        if name in KEYS and (model := route.model):
            row = rows_of(account, model).first()
            if row is None and account_path(model):
                raise LookupError(f"{route.pattern}: no row of {model._meta.label} is planted for {account}.")
            values[name] = row.pk if row else "1"
        elif name == "object_id":
            values[name] = rows_of(account, Contact)[0].pk
        elif name == "token" and route.pattern.startswith("invitation/"):
            values[name] = invitations.link(rows_of(account, Invitation)[0]).rpartition("/")[2]
        elif name in FILLERS:
            values[name] = FILLERS[name](account)
        else:
            raise LookupError(f"{route.pattern}: say in reviews/tests/journeys/attack/routes.py what fills <{name}>.")
    return {name: str(value) for name, value in values.items()}
