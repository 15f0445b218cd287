"""`manage.py remove_second_factor`: let a person in by password alone, such as an operator who has lost the phone."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Remove a person's authenticator app and recovery codes: the password alone signs them in then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        count, _ = Authenticator.objects.filter(user__email=options["email"].lower()).delete()
        if not count:
            raise CommandError("Nobody with that address has a second factor.")
        self.stdout.write("Removed.")
