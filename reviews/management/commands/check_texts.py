"""`manage.py check_texts`: read every text that accounts have saved, as it will be read when it is sent."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.core.management.base import BaseCommand, CommandError

from oauth.models import Account
from reviews.delivery.content.templates import check_template
from reviews.models import FollowUpStep

STEP_TEXTS = ("email_subject", "email_text", "sms_text")
PAGE_TEXTS = ("page_heading", "page_text", "thanks_text")


class Command(BaseCommand):
    help = "Name the saved texts that cannot be filled in, such as after an update that dropped a filter; exits with 1."

    def handle(self, *args: Any, **options: Any) -> None:
        checked = bad = 0
        for where, text in _texts():
            checked += 1
            for problem in check_template(text):
                bad += 1
                self.stdout.write(f"{where}: {problem}")
        if bad:
            raise CommandError(f"{bad} problems in {checked} texts: messages with them fail, pages leave them out.")
        self.stdout.write(f"All {checked} texts can be filled in.")


def _texts() -> Iterator[tuple[str, str]]:
    """Yield where each text stands, and the text; none that is empty."""
    for account in Account.objects.order_by("name", "pk").iterator():
        for name in PAGE_TEXTS:
            yield from _named(f"{account}, page", account, name)
        for language, texts in account.page_translations.items():
            yield from ((f"{account}, page, {language}", text) for text in texts.values() if text)
    steps = FollowUpStep.objects.select_related("sequence__account").order_by("sequence__account__name", "pk")
    for step in steps.iterator():
        where = f"{step.sequence.account}, {step.sequence.name}, step {step.position}"
        for name in STEP_TEXTS:
            yield from _named(where, step, name)
        for language, texts in step.translations.items():
            yield from ((f"{where}, {language}", text) for text in texts.values())


def _named(where: str, row: Account | FollowUpStep, name: str) -> Iterator[tuple[str, str]]:
    if text := getattr(row, name):
        label = label_for_field(name, type(row))
        yield f"{where}, {label}", text
