"""`manage.py openapi`: write the OpenAPI document after a change of the API. Needs requirements-dev."""

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
        from reviews.api.openapi.document import make_document  # needs drf-spectacular, which production does not have

        text = json.dumps(make_document(), indent=2, ensure_ascii=False) + "\n"
        if options["print"]:
            self.stdout.write(text)
        else:
            FILE.write_text(text)
            self.stdout.write(f"Wrote {FILE.name}.")
