"""A workbook in a real browser, from the file to the customers asked and back, with the presses counted."""

import os
from typing import Any

import pytest

from oauth.models import Account
from reviews.models import Contact, ImportJob, ReviewRequest
from reviews.requests import imports
from reviews.tests.journeys.browser.test_accessibility import grave
from reviews.tests.journeys.browser.test_customers import Presses, office
from reviews.tests.support.browser import in_a_browser
from reviews.tests.support.workbooks import xlsx

pytestmark = in_a_browser
__all__ = ["office"]

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CUSTOMERS: list[list[object]] = [
    ["Customers of November"],
    [],
    ["Customer", "E-mail", "Mobile", "Visit", "Sprache", "Shoe size"],
    ["Smith, Jane", "jane@example.com", 12125550101, "2026-11-03", "en", 41],
    ["Dr. Bob Ray", "bob@gmial.com", "+49 211 123456", "2025-01-03", "Deutsch", 44],
    ["Cy", "nobody", "", "soon", "", ""],
]


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "enqueue", lambda *_: None)


def test_a_workbook_is_asked_in_three_presses_and_taken_back_in_one(
    office: Presses, account: Account, tmp_path: Any
) -> None:
    raw = xlsx({"Read me": [["ours"]], "People": CUSTOMERS})
    office.open("reviews/importjob/add/")
    office.page.set_input_files("input[type=file]", {"name": "november.xlsx", "mimeType": KIND, "buffer": raw})
    office.press("button", "Look at the file")
    office.says("Read from the sheet “People”.")
    office.says("Left out above the headings: Customers of November.")
    office.says("Not used: Shoe size.")
    _look(office, "draft")
    office.press("button", "Start the import")
    assert office.count == 2, "after the file was chosen"
    office.says("november.xlsx: 0 of 3 rows")
    office.page.evaluate("window.isStillHere = true")
    ImportJob.objects.update(position=1)
    office.says("november.xlsx: 1 of 3 rows")  # the part alone: the page was not loaded again
    assert office.page.evaluate("window.isStillHere")
    ImportJob.objects.update(position=0)
    imports.work(ImportJob.objects.get().pk)
    office.says("november.xlsx: all 3 rows are done.")  # by itself
    assert sorted(Contact.objects.values_list("first_name", "last_name")) == [("Bob", "Ray"), ("Jane", "Smith")]
    _look(office, "done")

    office.press("link", "1 of them with doubts")
    office.says("bob@gmial.com")
    office.says("gmial.com may be a typing error for gmail.com.")
    _look(office, "doubts")
    office.press("link", "Back to the import")
    office.count = 0
    office.press("button", "Take back what has not left")
    assert office.count == 1
    imports.work(ImportJob.objects.get().pk)
    office.says("2 customers had nothing yet, and are not asked.")
    assert set(ReviewRequest.objects.values_list("status", flat=True)) == {"cancelled"}


def _look(office: Presses, name: str) -> None:
    assert grave(office.page) == []
    if folder := os.environ.get("IMPORT_SHOTS"):
        office.page.screenshot(path=f"{folder}/{name}-{office.page.viewport_size['width']}.png", full_page=True)
