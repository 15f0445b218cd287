"""The one form of an e-mail address (docs/rules.md D1)."""

from contextlib import suppress

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewhub.mailboxes import (
    InvalidEmail,
    has_stored_form,
    in_unicode,
    normalise_email,
    read_reported_email,
    show_email,
    with_ascii_host,
)

MUNICH = "x@xn--mnchen-3ya.example"
PERSIAN = "a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example"  # its ZWNJ makes it another host than without


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  Jane@EXAMPLE.com ", "jane@example.com"),
        ("o'neil+jobs@sub-1.example.co.uk", "o'neil+jobs@sub-1.example.co.uk"),
        ("jane@example.com.", "jane@example.com"),
        ("\u200bjane\u202c@ex\u00adample.com\u00a0", "jane@example.com"),
        ("\u3000jane@example.com\ufeff", "jane@example.com"),
        ("jane@r3---sn.example", "jane@r3---sn.example"),
        ("x@münchen.example", MUNICH),
        ("x@MÜNCHEN.Example", MUNICH),
        ("x@mu\u0308nchen.example", MUNICH),
        ("x@ｍünchen。example", MUNICH),
        ("x@XN--MNCHEN-3YA.example", MUNICH),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("anna@STRAẞE.example", "anna@xn--strae-oqa.example"),
        ("anna@strasse.example", "anna@strasse.example"),
        ("a@βόλος.example", "a@xn--nxasmm1c.example"),
        ("a@βόλοσ.example", "a@xn--nxasmq6b.example"),
        (PERSIAN, "a@xn--mgba3gch31f060k.example"),
        ("a@\u0646\u0627\u0645\u0647\u0627\u06cc.example", "a@xn--mgba3gch31f.example"),
        ("a@fo\u200co.example", "a@foo.example"),
        ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"),
        (f"{'a' * 64}@{'b' * 63}.example", f"{'a' * 64}@{'b' * 63}.example"),
    ],
)
def test_an_address_has_one_form(text: str, form: str) -> None:
    assert normalise_email(text) == form
    assert normalise_email(form) == form
    assert has_stored_form(form)
    assert text == form or not has_stored_form(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bıll@example.com", "“ı” stands before the @"),
        ("\u212aarl@example.com", "“\u212a” stands before the @"),
        ("ſam@example.com", "“ſ” stands before the @"),
        ("jörg@example.com", "“ö” stands before the @"),
        ("jo\u0308rg@example.com", "“ö” stands before the @"),
        ("ａnna@example.com", "“ａ” stands before the @"),
        ("a@bıll.example", "latin small letter dotless i"),
        ("a@ſmith.example", "latin small letter long s"),
        ("a@\u212aarl.example", "kelvin sign"),
        ("a@İstanbul.example", "latin capital letter i with dot above"),
        ("a@I\u0307stanbul.example", "latin capital letter i with dot above"),
        ("a@ﬁre.example", "latin small ligature fi"),
        ("a@x².example", "superscript two"),
        ("a@☃.example", "“☃.example” is not a host"),
        ("a@xn--a.example", "is not a host"),
        ("a@xn--abc-.example", "is not a host"),
        ("a@xn--strasse-oqa.example", "is not a host"),
        ("a@münchen_x.example", "is not a host"),
        ("a@-münchen.example", "is not a host"),
        ('"a b"@example.com', "quotation marks"),
        ("a@[127.0.0.1]", "number of a server"),
        ("a@127.0.0.1", "valid email"),
        ("a@localhost", "valid email"),
        ("a(home)@example.com", "valid email"),
        ("Jane <jane@example.com>", "valid email"),
        ("a b@example.com", "valid email"),
        ("a@b@example.com", "valid email"),
        ("a.@example.com", "valid email"),
        ("a..b@example.com", "valid email"),
        ("a@-example.com", "valid email"),
        ("a@example..com", "valid email"),
        ("a@example.c", "valid email"),
        ("a@example_x.com", "valid email"),
        ("a\n@example.com", "valid email"),
        ("a\x00b@example.com", "valid email"),
        ("jane", "valid email"),
        ("@example.com", "valid email"),
        ("jane@", "valid email"),
        ("", "valid email"),
        (f"{'a' * 65}@example.com", "up to 64 characters"),
        (f"a@{'b' * 64}.example", "up to 63 characters"),
        (f"a@{'ü' * 60}.example", "is not a host"),  # its A-label is too long
        (f"jane@{'.'.join(['b' * 60] * 4)}.example", "up to 254 characters"),
        (f"a@{'ü' * 1000}.example", "up to 254 characters"),
    ],
)
def test_what_no_mail_can_be_sent_to_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(InvalidEmail) as caught:
        normalise_email(text)
    assert words in str(caught.value)
    assert not has_stored_form(text)


LETTERS = st.characters(max_codepoint=0x2FFF, categories=["L", "M", "N"])
LABELS = st.text(st.one_of(st.sampled_from("abcz09-üßςσøłзжñ"), LETTERS), min_size=1, max_size=8)
LOCALS = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,10}", fullmatch=True)


@given(LOCALS, st.lists(LABELS, min_size=1, max_size=3))
def test_the_form_is_that_of_idna_2008_or_none(local: str, labels: list[str]) -> None:
    host = ".".join([*labels, "example"])
    try:
        form = normalise_email(f"{local}@{host}")
    except InvalidEmail:
        return
    assert form.isascii()
    assert normalise_email(form) == form
    assert normalise_email(show_email(form)) == form
    if not host.isascii():  # an ASCII name with "--" in it is none for idna, and one for the DNS
        assert form == f"{local.lower()}@{idna.encode(host, uts46=True).decode()}"


def wide(text: str) -> str:
    """The same letters as keyboards for Chinese and Japanese type them."""
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


@given(st.text("abcxyz019äöüßéñжç", min_size=1, max_size=12))
def test_neither_case_nor_width_nor_unseen_letters_of_a_host_make_another_address(host: str) -> None:
    form = normalise_email(f"jane@{host}.example")
    # The capitals of ß are two letters; its capital ẞ is not what `upper` makes.
    assert normalise_email(f"JANE@{host.replace('ß', 'ẞ').translate(CAPITALS)}.EXAMPLE") == form
    assert normalise_email(f"jane@{wide(host)}．example") == form
    assert normalise_email("\u2066jane@" + "\u200b".join(host) + ".example\u2069") == form


CAPITALS = {ord(letter): letter.upper() for letter in "abcxyzäöüéñжç"}


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (text, f"jane@{text}", f"{text}@example.com", f"jane@xn--{text}.example"):
        with suppress(InvalidEmail):
            assert has_stored_form(normalise_email(candidate))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Jane@Example.com", "jane@example.com"),
        ("<Jane@Example.com>", "jane@example.com"),
        ("Jane Smith <jane@example.com>", "jane@example.com"),
        ("<x@münchen.example>", MUNICH),
        ("x@XN--MNCHEN-3YA.example", MUNICH),
        (" Bıll@Example.com", "bıll@example.com"),
        ("", ""),
        ("postmaster", "postmaster"),
    ],
)
def test_a_provider_names_an_address_in_any_form(text: str, form: str) -> None:
    assert read_reported_email(text) == form


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("jane@example.com", "jane@example.com"),
        (MUNICH, "x@münchen.example"),
        ("anna@xn--strae-oqa.example", "anna@straße.example"),
        ("a@xn--bll-jua.example", "a@xn--bll-jua.example"),  # its dotless i would not be read back
        ("a@xn--a.example", "a@xn--a.example"),
        ("", ""),
    ],
)
def test_people_read_a_host_in_its_own_letters(address: str, shown: str) -> None:
    assert show_email(address) == shown


def test_the_former_form_is_known_of_hosts_in_other_letters() -> None:
    assert in_unicode(MUNICH) == "x@münchen.example"
    assert in_unicode("a@xn--bll-jua.example") == "a@bıll.example"


def test_an_address_of_our_own_travels_with_its_host_in_ascii() -> None:
    assert with_ascii_host("Info@straße.example") == "Info@xn--strae-oqa.example"
    assert with_ascii_host("root@localhost") == "root@localhost"
