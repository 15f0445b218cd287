"""`manage.py icons`: write the icon font after an icon came into use, or went out of it. Needs requirements-dev."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Write the font of the icons that the back-office uses."

    def handle(self, *args: Any, **options: Any) -> None:
        from reviewhub.backoffice import icons  # needs fonttools, which production does not have

        names = icons.icons_in_use()
        icons.write_font(names)
        self.stdout.write(f"Wrote {icons.FONT.name}: {len(names)} icons, {icons.FONT.stat().st_size:,} bytes.")
