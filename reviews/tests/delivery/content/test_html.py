"""Mail bodies: every link can be pressed, everything is escaped once, and both bodies say the same."""

import re
from datetime import datetime
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from oauth.models import Account
from oauth.models.account import luminance
from reviews.delivery.channels import Message
from reviews.delivery.content.render import page_url, render, unsubscribe_url
from reviews.models import Delivery
from reviews.requests.matching import Person
from reviews.tests.delivery.content.test_render import planned

pytestmark = pytest.mark.django_db


class _Reader(HTMLParser):
    """What a mail program shows of a page: its words, and the address of each link with the words that it has."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.links = "", list[tuple[str, str]]()
        self._skips = self._link = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("title", "style"):
            self._skips = tag
        elif tag == "a":
            self._link = dict(attributes)["href"] or ""
            self.links.append((self._link, ""))
        elif tag in ("br", "td", "p"):
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        self._skips = "" if tag == self._skips else self._skips
        self._link = "" if tag == "a" else self._link

    def handle_data(self, data: str) -> None:
        if self._skips:
            return
        self.text += data
        if self._link:
            self.links[-1] = (self._link, self.links[-1][1] + data)


def written(account: Account, now: datetime, template: str, **names: str) -> tuple[Delivery, Message]:
    delivery, step = planned(account, now, person=Person(email="a@b.example", **names))
    step.email_text = template
    return delivery, render(delivery, step)


def links_of(delivery: Delivery, message: Message) -> dict[str, str]:
    """Return the links of the HTML, with the words on them, without the one that ends all mail."""
    return {href: words for href, words in _Reader(message.html).links if href != unsubscribe_url(delivery)}


def test_a_link_inside_a_sentence_can_be_pressed_as_an_address_of_the_business_can(
    account: Account, now: datetime
) -> None:
    template = "Please tell us here: {{ link }} or write to info@smith.example."
    delivery, message = written(account, now, template)
    link = page_url(delivery)
    assert links_of(delivery, message) == {link: link, "mailto:info@smith.example": "info@smith.example"}
    assert "&lt;a" not in message.html, "escaped once"


def test_a_link_on_a_line_of_its_own_is_a_button(account: Account, now: datetime) -> None:
    for template in (
        "Hi,\n\n{{ link }}\n\nThanks",
        "Hi,\r\n\r\n{{ link }}\r\n\r\nThanks",
        "Hi,\n \n {{ link }} \n\nThanks",
    ):
        delivery, message = written(account, now, template)
        assert links_of(delivery, message) == {page_url(delivery): "Tell us how it went"}, repr(template)
        Delivery.objects.all().delete()
        delivery.request.delete()


@pytest.mark.parametrize(
    "name",
    [
        "https://evil.example/x",
        "www.evil.com",
        "evil.com",
        "eve@evil.example",
        "<a href='//evil.example'>x</a>",
        "\0<www.x.com\0>",
    ],
)
def test_a_name_never_becomes_a_link(account: Account, now: datetime, name: str) -> None:
    name = name.replace("\0", "")
    delivery, message = written(
        account, now, "Hi {{ first_name | upcase }}, www.smith.com {{ name }}.", first_name=name
    )
    assert links_of(delivery, message) == {"http://www.smith.com": "www.smith.com"}
    assert name in _Reader(message.html).text


def test_a_captured_name_never_becomes_a_link_and_can_be_compared(account: Account, now: datetime) -> None:
    template = (
        "{% capture who %}Hi {{ first_name }}{% endcapture %}{{ who }}"
        "{% if who == 'Hi evil.com' %} you{% endif %}{% echo first_name %}{% cycle first_name %}"
    )
    delivery, message = written(account, now, template, first_name="evil.com")
    assert links_of(delivery, message) == {}
    assert message.text.startswith("Hi evil.com youevil.comevil.com")


@pytest.mark.parametrize(
    "mark", ["\u202e", "\u2066", "\u200f", "\u061c", "\x07", "\x85", "\u2028", "\ufeff", "\r\nBcc: x", "\t"]
)
def test_control_and_direction_marks_of_names_reach_no_header(account: Account, now: datetime, mark: str) -> None:
    account.name = f"Riverside{mark} Dental"
    account.save()
    delivery, step = planned(account, now, person=Person(email="a@b.example", first_name=f"Ja{mark}ne"))
    step.email_subject = "{{ first_name }} at {{ business_name }}" + mark
    step.email_text = "{{ first_name }} and {{ name }}"
    message = render(delivery, step)
    for header in (message.subject, message.sender, message.text.splitlines()[0]):
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]", header), header


NAMES = st.text(st.sampled_from("Ja é.@:/<>&\"'\\-_%{}#\u202e\u200f\n\t\x07wcom"), max_size=24)
LITERALS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("{{ first_name }}", "{{ name }}", "{{ business_name | upcase }}", "{{ company_name }}", "{{ link }}"),
                *("https://smith.example/a?b=1&c=2", "info@smith.example", "www.smith.com", "\n\n", "\n", " ", " "),
            ]
        ),
        st.text(st.sampled_from('Tell us & <b>"now"\'.,!?@:/-é\u200f'), max_size=12),
    ),
    max_size=12,
).map("".join)


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=NAMES, last=NAMES, company=NAMES, business=NAMES, template=LITERALS)
def test_both_bodies_say_the_same_and_link_only_what_staff_wrote(
    unsaved: Delivery, first: str, last: str, company: str, business: str, template: str
) -> None:
    contact, account = unsaved.request.contact, unsaved.account
    contact.first_name, contact.last_name, contact.company_name, account.name = first, last, company, business
    step = unsaved.step_row  # type: ignore[attr-defined]
    step.email_text = template
    message = render(unsaved, step)
    page = _Reader(message.html)
    assert _words_of_html(page.text) == _words_of_text(message.text, page_url(unsaved), unsaved)
    own = {page_url(unsaved), unsubscribe_url(unsaved)}
    for href, words in page.links:
        assert href in own or words in template, f"{href} is of a name"
    if "{{ link }}" in template:
        assert page_url(unsaved) in dict(page.links)


@pytest.fixture
def unsaved(account: Account, now: datetime) -> Delivery:
    """A message whose rows hypothesis changes without saving them."""
    delivery, step = planned(account, now)
    delivery.step_row = step  # type: ignore[attr-defined]
    return delivery


def _words_of_html(text: str) -> list[str]:
    return text.split()


def _words_of_text(text: str, link: str, delivery: Delivery) -> list[str]:
    """Return the words of the plain body as the HTML has them: under the business's name, its links with labels."""
    body, _, footer = text.rpartition("\n--\n")
    paragraphs = re.split(r"\n\s*\n", body)
    words = ["Tell us how it went" if part.strip() == link else part for part in paragraphs]
    name = footer.splitlines()[0] if delivery.account.name else ""
    footer = footer.replace(f": {unsubscribe_url(delivery)}", "")
    return " ".join([name, *words, footer]).split()


@pytest.mark.parametrize("colour", ["#1d4ed8", "#ffffff", "#000000", "#ffe600", "#1d2129", "#767676"])
def test_the_button_can_be_read_in_any_colour_light_and_dark(account: Account, now: datetime, colour: str) -> None:
    account.colour = colour
    account.save()
    delivery, step = planned(account, now)
    html = render(delivery, step).html
    (style,) = re.findall(r'<a href="[^"]*" class="button" style="([^"]*)"', html)
    colours = dict(re.findall(r"(background|color|border):[^#;]*(#\w+)", style))
    back, ink, edge = colours["background"], colours["color"], colours["border"]
    assert contrast(back, ink) >= 4.5
    # Where the button is as light as the paper, its edge is not, and the same in the dark.
    assert max(contrast(back, "#ffffff"), contrast(edge, "#ffffff")) >= 3
    (dark,) = re.findall(r"\.ink a\.button \{ border-color: (#\w+) !important; color: (#\w+) !important; \}", html)
    assert dark[1] == ink  # the rule for links leaves the button's own text alone
    assert contrast(dark[0], "#1d2129") >= 3


def test_the_mail_has_colours_for_the_dark(account: Account, now: datetime) -> None:
    delivery, step = planned(account, now)
    html = render(delivery, step).html
    assert '<meta name="color-scheme" content="light dark">' in html
    dark = dict(re.findall(r"\.(\w+)(?:, \.soft a)? \{ (?:background|color): (#\w+) !important; \}", html))
    assert contrast(dark["ink"], dark["paper"]) >= 7
    assert contrast(dark["soft"], dark["paper"]) >= 4.5
    (link,) = re.findall(r"\.ink a \{ color: (#\w+) !important; \}", html)
    assert contrast(link, dark["paper"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
