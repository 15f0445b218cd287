"""`manage.py remove_second_factor`: let a person in by password alone, such as an operator who has lost the phone.

It signs them out everywhere: what was lost may be signed in.
"""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from oauth.models import User
from oauth.sign_in import sessions


class Command(BaseCommand):
    help = (
        "Remove a person's authenticator app, passkeys and recovery codes, and sign them out everywhere: the password "
        "alone signs them in then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        factors = Authenticator.objects.filter(user__email=options["email"].lower())
        with transaction.atomic():
            user = User.objects.filter(pk__in=factors.values("user")).first()
            if user is None:
                raise CommandError("Nobody with that address has a second factor.")
            factors.delete()
            sessions.end_all(user)
        self.stdout.write("Removed.")
