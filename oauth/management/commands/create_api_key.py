"""`manage.py create_api_key`: make an API key, for a script or a form of an account."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from oauth.api_keys import create_api_key
from oauth.models import Account, Membership
from oauth.scopes import SCOPES


class Command(BaseCommand):
    help = "Make an API key of an account; prints it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="the account's id")
        parser.add_argument("--name", default="API key", help="what it is for")
        parser.add_argument("--user", metavar="EMAIL", help="the member whose key it is; the first owner if left out")
        parser.add_argument("--scope", action="append", choices=list(SCOPES), help="what it may do; both if left out")
        parser.add_argument("--days", type=int, help="how long it lives; without end if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = Account.objects.get(pk=options["account"])
        except (Account.DoesNotExist, ValidationError) as error:
            raise CommandError(f"There is no account {options['account']}.") from error
        members = Membership.objects.filter(account=account).select_related("user").order_by("created_at")
        holder = {"user__email": options["user"].lower()} if options["user"] else {"role": Membership.Role.OWNER}
        member = members.filter(**holder).first()
        if member is None:
            raise CommandError("That person is no member of the account." if options["user"] else "It has no owner.")
        expires_at = datetime.now(UTC) + timedelta(days=options["days"]) if options["days"] else None
        _, key = create_api_key(
            account=account, user=member.user, name=options["name"], scopes=options["scope"], expires_at=expires_at
        )
        self.stdout.write(f"{key}   (shown once)")
