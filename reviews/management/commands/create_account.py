"""`manage.py create_account`: make a business and its owner."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from oauth.models import User
from reviews.requests.accounts import create_account


class Command(BaseCommand):
    help = "Make an account with its owner, the standard sequence and review sites; prints ids and a new password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the business name")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="who signs in; made when unknown")
        parser.add_argument("--postal-address", required=True, help="stands in every mail, as the law asks")
        parser.add_argument("--country", default="US", help="ISO 3166 code (default US)")
        parser.add_argument("--time-zone", default="America/New_York", help="IANA name (default America/New_York)")
        parser.add_argument("--language", default="en", help="of its pages and messages, such as es (default en)")
        parser.add_argument("--site", action="append", default=[], metavar="NAME=URL", help="a review site; repeatable")

    def handle(self, *args: Any, **options: Any) -> None:
        sites = dict(site.partition("=")[::2] for site in options["site"])
        email = options["owner"].strip().lower()
        try:
            with transaction.atomic():
                owner = User.objects.filter(email=email).first()
                password = "" if owner else secrets.token_urlsafe(12)
                if owner is None:
                    owner = User(email=email, is_staff=True)
                    owner.set_password(password)
                    owner.full_clean()
                    owner.save()
                account = create_account(
                    name=options["name"],
                    owner=owner,
                    sites=sites,
                    postal_address=options["postal_address"],
                    country=options["country"].upper(),
                    time_zone=options["time_zone"],
                    language=options["language"].lower(),
                )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"account   {account.pk}")
        self.stdout.write(f"owner     {owner.email} ({owner.pk})")
        if password:
            self.stdout.write(f"password  {password}   (shown once)")
