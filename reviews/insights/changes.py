"""Shares, and changes against the period before, as people read them."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Share:
    """A number as a part of another. `percent` is 0 of nothing."""

    count: int
    whole: int

    @property
    def percent(self) -> float:
        return 100 * self.count / self.whole if self.whole else 0.0

    @property
    def plain(self) -> str:
        """The percentage for programs and files: one place after a point, whatever the language."""
        return f"{self.percent:.1f}"

    @property
    def words(self) -> str:
        """The percentage as the active language writes it."""
        # Translators: a share in percent, such as 12.5 %.
        return _("%(share)s %%") % {"share": number_format(self.percent, 1)}


def change_in_percent(now: int, before: int) -> str:
    """Say how much more or less it is than before; empty where there was nothing before."""
    if not before:
        return ""
    change = round(100 * (now - before) / before)
    # Translators: a change of a number against the period before, such as +12 %.
    return _("%(change)s %%") % {"change": _signed(change, 0)} if change else _("unchanged")


def change_in_points(now: Share, before: Share) -> str:
    """Say by how many percentage points a share is greater or less; empty where there was nothing before."""
    if not now.whole or not before.whole:
        return ""
    change = round(now.percent - before.percent, 1)
    # Translators: a change of a share in percentage points, such as +1.3 points: from 10.0 % to 11.3 %.
    return _("%(change)s points") % {"change": _signed(change, 1)} if change else _("unchanged")


def _signed(value: float, places: int) -> str:
    return ("+" if value > 0 else MINUS) + number_format(abs(value), places, use_l10n=True, force_grouping=True)
