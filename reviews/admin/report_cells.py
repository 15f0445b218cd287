"""A table of a report, as a page shows it and a file holds it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import ngettext

from reviewhub.languages import number
from reviews.insights.changes import Share

MOST_SHOWN = 20  # rows of a table on the page; its file has all


@dataclass(frozen=True)
class Cell:
    """A number, with its share where it has one; or words in place of a number that nobody knows."""

    count: int | None = None
    share: Share | None = None
    words: str = ""


@dataclass(frozen=True)
class Row:
    """One row: its name, its cells, and the address to which its name leads."""

    name: str
    cells: list[Cell]
    link: str = ""


@dataclass(frozen=True)
class Table:
    """One table. `key` names it in addresses; `note` stands below it."""

    key: str
    title: str
    first: str  # the heading of the names
    columns: list[str]
    rows: list[Row]
    note: str = ""
    shares: frozenset[int] = field(default_factory=frozenset)  # the columns whose cells have shares
    is_bars: bool = False  # its one column is drawn

    @property
    def shown(self) -> list[Row]:
        return self.rows[:MOST_SHOWN]

    @property
    def more(self) -> str:
        """What the page leaves out, in words."""
        left = len(self.rows) - MOST_SHOWN
        if left <= 0:
            return ""
        return ngettext("%(count)s more is in the file.", "%(count)s more are in the file.", left) % {
            "count": number(left)
        }

    def lines(self) -> Iterable[list[str]]:
        """Yield the table as lines of a file: a column more for each share."""
        headings = [self.first]
        for place, heading in enumerate(self.columns):
            headings += [heading, f"{heading} (%)"] if place in self.shares else [heading]
        yield headings
        for row in self.rows:
            line = [row.name]
            for place, cell in enumerate(row.cells):
                line.append(cell.words if cell.count is None else str(cell.count))
                if place in self.shares:
                    line.append(cell.share.plain if cell.share else "")
            yield line
