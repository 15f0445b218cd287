"""`manage.py demo`: make a demo account with an owner, an API key and an OAuth application, to try the product."""

import hashlib
import hmac
import json
from argparse import ArgumentParser
from base64 import urlsafe_b64encode
from datetime import time
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from oauth.api_keys import create_api_key
from oauth.applications import create_application
from oauth.hashers import SECRET_PREFIX, token_hash
from oauth.models import Account, ApiKey, Application, User
from oauth.models.api_key import PREFIX
from reviewhub.refused import Refused
from reviews.requests.accounts import create_account
from reviews.simulation import examples
from reviews.simulation.runner import SimulationFailed

EMAIL = "demo@reviewhub.example"
CLIENT_ID = "demo"
SITES = {
    "Google": "https://search.google.com/local/writereview?placeid=riverside-dental-demo",
    "Facebook": "https://www.facebook.com/riverside.dental.demo/reviews",
    "Trustpilot": "https://www.trustpilot.com/evaluate/riverside-dental.example",
}


class Command(BaseCommand):
    help = "Make or find the demo account, its owner, API key and OAuth application. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one line of JSON")
        history = parser.add_mutually_exclusive_group()
        history.add_argument("--with-history", action="store_true", help="fill it with two months of examples")
        history.add_argument("--without-history", action="store_true", help="remove the examples again")
        parser.add_argument("--seed", type=int, default=1, help="another one, other examples (default 1)")
        parser.add_argument("--force", action="store_true", help="also where DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG or options["force"]):
            raise CommandError("This makes an account with a derived password; outside DEBUG it needs --force.")
        with transaction.atomic():
            demo = make_demo()
        account = Account.objects.get(pk=demo["account_id"])
        if options["with_history"]:
            self._fill(account, options["seed"])
        elif options["without_history"]:
            self.stderr.write(f"{examples.remove(account=account)} examples were removed.")
        if options["json"]:
            self.stdout.write(json.dumps(demo))
            return
        self.stdout.write(f"account        {demo['account_id']}")
        self.stdout.write(f"sign in        {demo['user']['email']} / {demo['user']['password']}")
        self.stdout.write(f"API key        {demo['api_key']}")
        self.stdout.write(f"OAuth client   {demo['oauth']['client_id']} / {demo['oauth']['client_secret']}")

    def _fill(self, account: Account, seed: int) -> None:
        """Fill the account with examples, unless they are there: the command may be repeated."""
        if examples.exist(account):
            self.stderr.write("The examples are there already; --without-history removes them.")
            return
        try:
            count = examples.fill(account=account, seed=seed)
        except (Refused, SimulationFailed) as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"{count} examples were made.")


def make_demo() -> dict[str, Any]:
    """Make the demo's rows where they are missing, and return their ids and secrets.

    Secrets are derived from SECRET_KEY: so the same ones can be printed each time, though only hashes are stored.
    """
    user, password = _user(), _secret("password")[:16]
    account = Account.objects.filter(memberships__user=user).first() or _account(user)
    key = PREFIX + _secret("api key")
    if not ApiKey.objects.filter(key_hash=token_hash(key)).exists():
        create_api_key(account=account, user=user, name="Demo", key=key)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return {
        "account_id": str(account.pk),
        "user": {"id": str(user.pk), "email": user.email, "password": password},
        "api_key": key,
        "oauth": _application(),
    }


def _user() -> User:
    # On a developer's machine the demo owner is the operator too, and sees the queue.
    defaults = {"name": "Demo Owner", "is_staff": True, "is_superuser": settings.DEBUG}
    user, _ = User.objects.get_or_create(email=EMAIL, defaults=defaults)
    return user


def _account(user: User) -> Account:
    return create_account(
        name="Riverside Dental",
        owner=user,
        sites=SITES,
        postal_address="1 Main Street, Springfield, NY 12345, USA",
        # All day, so that a first try at night is not put off until the morning.
        window_start=time(0),
        window_end=time(0),
    )


def _application() -> dict[str, str]:
    # Redirects to a page of ours that answers, if redirects to its scheme are allowed; else to a host that nobody has.
    schemes = settings.OAUTH2_PROVIDER["ALLOWED_REDIRECT_URI_SCHEMES"]
    is_allowed = settings.PUBLIC_URL.partition(":")[0] in schemes
    redirect_uri = f"{settings.PUBLIC_URL}/healthz" if is_allowed else "https://app.example/callback"
    secret = SECRET_PREFIX + _secret("client secret")
    application = Application.objects.filter(client_id=CLIENT_ID).first()
    if application is None:
        create_application(name="Demo app", redirect_uris=[redirect_uri], client_id=CLIENT_ID, client_secret=secret)
    elif not check_password(secret, application.client_secret):
        application.client_secret = secret
        application.save(update_fields=["client_secret", "updated"])
    return {"client_id": CLIENT_ID, "client_secret": secret, "redirect_uri": redirect_uri}


def _secret(purpose: str) -> str:
    """Derive 43 base64url characters from SECRET_KEY and the purpose: the same each time."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"reviewhub demo {purpose}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
