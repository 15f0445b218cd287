"""`manage.py create_oauth_app`: register an OAuth client, for other people's software."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from oauth.applications import create_application


class Command(BaseCommand):
    help = "Register an OAuth application; prints its client id and, once, its secret."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what people see on the consent page")
        parser.add_argument(
            "--redirect-uri", action="append", required=True, metavar="URI", help="where it may return to; repeatable"
        )
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            help="of pages that may call from a browser: a public app's; repeatable",
        )
        parser.add_argument("--public", action="store_true", help="an app that cannot keep a secret; needs PKCE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            application, secret = create_application(
                name=options["name"],
                redirect_uris=options["redirect_uri"],
                origins=options["origin"],
                public=options["public"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"client id      {application.client_id}")
        if secret:
            self.stdout.write(f"client secret  {secret}   (shown once)")
