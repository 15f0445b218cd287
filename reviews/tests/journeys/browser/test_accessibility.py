"""Everybody can use every page of ours: axe finds no serious or critical fault, and nothing reaches beyond a screen.

Nor does a page log an error, or ask for anything elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import cycle
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from oauth.models import Account, User
from oauth.tests.flow import App, make_application
from reviewhub.backoffice import icons
from reviews.models import Contact, Delivery, ImportJob
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked
from reviews.tests.support.office_pages import office_pages

pytestmark = in_a_browser

GRAVE = ("serious", "critical")
SCREENS = {"phone": PHONE, "desk": DESK}
CONTRAST = ["color-contrast"]  # all that differs in the dark
DRAWN = icons.icons_of(icons.FONT)
# Switches the back-office's own colours, which it chooses once.
SCHEME = """scheme => {
  const list = document.documentElement.classList;
  if (document.documentElement.hasAttribute("x-data")) { list.toggle("dark", scheme === "dark"); }
}"""
# Colours fade into each other: it is over at once.
FADED = "document.getAnimations().forEach(one => one.finish())"
ICONS = """() => [...document.querySelectorAll(".material-symbols-outlined")]
  .map(icon => icon.textContent.trim()).filter(name => name)"""
# The dark ground beside the filters closes them, for a mouse; Escape does so, too.
NO_BUTTONS = r"""() => [...document.querySelectorAll("*")]
  .filter(one => one.getAttributeNames().some(name => /^(x-on:|@)click(?!.*(outside|away))/.test(name)))
  .filter(one => !one.matches("button, a[href], input, select, summary, label, #changelist-filter-close"))
  .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest, page: Any) -> Any:
    """The page on a phone, then on a desk."""
    page.set_viewport_size(SCREENS[request.param])
    return page


@pytest.fixture
def walk(page: Any, live_server: Any) -> Callable[..., list[str]]:
    """`walk(paths)`: the faults of these pages, each on a line. A page is opened once and shown on both screens.

    With `in_turn`, each is shown in the dark on one of them: for many pages whose colours are those of their frame.
    Errors that a page logs are faults, such as what its Content-Security-Policy forbids; so is a request to elsewhere,
    an icon that our font lacks, and what takes a click and is no button.
    """
    said: list[str] = []
    ours = (live_server.url, "data:", "blob:")
    page.on("console", lambda message: said.extend([message.text] if message.type == "error" else []))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.extend([] if request.url.startswith(ours) else [f"asks {request.url}"]))

    def faults(paths: list[str], in_turn: bool = False) -> list[str]:
        found = []
        for path, one in zip(paths, cycle(SCREENS)):
            said.clear()
            page.set_viewport_size(PHONE)
            response = page.goto(live_server.url + path)
            if response.status >= 500:
                found.append(f"{path}: {response.status}")
            found += [f"{path}: {fault}" for fault in faults_on_screens(page, [one] if in_turn else SCREENS)]
            found += [f"{path}: {text[:200]}" for text in said if response.ok or "Failed to load resource" not in text]
            found += [f"{path}: the font has no icon “{name}”" for name in page.evaluate(ICONS) if name not in DRAWN]
            found += [f"{path}: takes a click, and is no button: {html}" for html in page.evaluate(NO_BUTTONS)]
        return found

    return faults


def faults_on_screens(page: Any, dark: Iterable[str] = SCREENS) -> list[str]:
    """Return the faults on both screens in the light, and on those of `dark` in the dark."""
    found = []
    for scheme, screens in (("light", list(SCREENS)), ("dark", list(dark)[::-1])):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SCHEME, scheme)
        page.evaluate(FADED)
        for name in screens:
            page.set_viewport_size(SCREENS[name])
            if scheme == "light" and not fits(page):
                found.append(f"wider than the screen of a {name}")
            found += [
                f"{fault} on a {name}, {scheme}" for fault in grave(page, None if scheme == "light" else CONTRAST)
            ]
    return found


def grave(page: Any, rules: list[str] | None = None) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    violations = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:120]}"
        for fault in violations
        if fault["impact"] in GRAVE
        for node in fault["nodes"][:2]
    ]


def test_axe_would_find_a_fault_on_both_screens(page: Any) -> None:
    page.set_content(
        "<html lang='en'><meta name='viewport' content='width=device-width'><title>x</title><main><h1>x</h1>"
        "<input style='width: 500px'></main></html>"
    )
    found = [fault.partition(" ")[0] for fault in faults_on_screens(page)]
    assert found == ["wider", "label", "label"], "a phone is too narrow for the field, and nothing names it anywhere"


def test_axe_would_find_words_that_are_pale_in_the_dark_alone(page: Any) -> None:
    page.set_content(
        "<html lang='en'><meta name='viewport' content='width=device-width'><title>x</title><style>"
        "@media (prefers-color-scheme: dark) { body { background: #222; color: #333 } }</style>"
        "<main><h1>Words</h1></main></html>"
    )
    assert {fault.rpartition(", ")[2] for fault in faults_on_screens(page)} == {"dark"}


def test_recipients_can_use_every_page(walk: Any, account: Account, now: datetime) -> None:
    asked(account, now)
    Contact.objects.update(phone="+12125550123")
    place, printed = f"/r/{Delivery.objects.get().link_token}", f"/b/{account.scan_code}"
    assert walk([place, f"{place}/unsubscribe", f"{place}/preferences", printed, "/r/nope", "/api/docs"]) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_follows_a_press_can_be_used_too(
    screen: Any, live_server: Any, account: Account, now: datetime, scheme: Any
) -> None:
    asked(account, now)
    Account.objects.update(colour="#ffdd00")
    screen.emulate_media(color_scheme=scheme)
    screen.goto(f"{live_server.url}/r/{Delivery.objects.get().link_token}")
    screen.get_by_role("button", name="Send to").click()
    assert screen.get_by_role("alert").is_visible()
    assert grave(screen) == []
    screen.get_by_label("Your words").fill("Fine.")
    screen.get_by_role("button", name="Send to").click()
    screen.wait_for_selector("h1:has-text('Thank you')")
    assert grave(screen) == []


def test_who_signs_in_can_use_every_page(walk: Any, page: Any, live_server: Any, owner: User, account: Account) -> None:
    App(owner, account, make_application()).pair()
    assert walk(["/sign-in", "/password/reset", "/nothing-here"]) == []
    page.goto(f"{live_server.url}/connections")
    sign_in(page, owner)
    page.wait_for_url("**/connections**")
    assert walk(["/connections", "/security", "/security/mail", "/security/confirm"]) == []
    page.goto(f"{live_server.url}/security/confirm?next=/security/passkeys/add")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/passkeys/add")
    assert walk(["/security/passkeys/add", "/security/app"]) == []


def test_staff_can_use_every_page_of_the_back_office(
    walk: Any, page: Any, live_server: Any, full: Account, operator: User
) -> None:
    page.goto(f"{live_server.url}/admin/")
    sign_in(page, operator)
    page.wait_for_url("**/admin/")
    pages = office_pages()
    assert len(pages) > 50
    assert ImportJob.objects.exists()
    faults = walk(pages, in_turn=True)
    assert faults == [], "\n".join(faults)
