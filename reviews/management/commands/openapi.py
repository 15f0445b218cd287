"""`manage.py openapi`: write the OpenAPI document anew, after a change of the API. Needs requirements-dev."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from reviews.api.openapi.published import FILE


class Command(BaseCommand):
    help = "Write the OpenAPI document from the views and their serializers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print", action="store_true", help="print it instead")

    def handle(self, *args: Any, **options: Any) -> None:
        from reviews.api.openapi.document import make_document  # what it needs, no production has

        written = json.dumps(make_document(), indent=2, ensure_ascii=False) + "\n"
        if options["print"]:
            self.stdout.write(written)
        else:
            FILE.write_text(written)
            self.stdout.write(f"Wrote {FILE.name}.")
