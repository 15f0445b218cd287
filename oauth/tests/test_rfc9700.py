"""Best current practice for OAuth 2.0 security (RFC 9700), row by row: each rule that applies, and what shows it."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from oauth.tests.flow import App, sign_in

pytestmark = pytest.mark.attack


@dataclass(frozen=True)
class Row:
    """A rule of the RFC, and the tests that hold it; where there is none, why not."""

    section: str
    rule: str
    tests: str = ""
    why_not: str = ""


ONE_SERVER = "One server issues tokens and takes them: there is no other audience that a token could be kept from."
BEARER = "Zapier and programs like it send bearer tokens alone; tokens live an hour, and are hashes in the database."

ROWS = [
    Row(
        "2.1",
        "Redirect URIs are compared as they stand.",
        "test_case_38_an_app_or_address_that_is_not_known_or_said_twice",
    ),
    Row("2.1", "The port of a loopback address is free.", "test_plain_http_is_for_a_developers_own_machine"),
    Row("2.1", "The issuer is on each redirect.", "test_case_40_a_wrong_request_goes_back_with_state_and_issuer"),
    Row("2.1.1", "A public client has to use PKCE.", "test_case_19_a_public_client_needs_pkce"),
    Row("2.1.1", "A verifier is compared with its challenge.", "test_case_13_a_wrong_verifier_then_the_right_one"),
    Row("2.1.1", "With a challenge, the verifier is demanded.", "test_case_14_a_challenge_without_its_verifier"),
    Row("2.1.1", "S256 alone is taken.", "test_case_17_another_method_than_s256"),
    Row("2.1.1", "Metadata say so.", "test_case_50_the_metadata_have_the_issuer_of_the_redirects"),
    Row("2.1.2", "No implicit grant.", "test_case_40_a_wrong_request_goes_back_with_state_and_issuer"),
    Row("2.2.1", "Access tokens are bound to their sender.", why_not=BEARER),
    Row(
        "2.2.2",
        "Refresh tokens rotate, and reuse is noticed.",
        "test_case_22_a_refresh_token_reused_after_its_grace_ends_the_family",
    ),
    Row("2.3", "A token may do what its scope says.", "test_case_44_a_token_that_may_only_read"),
    Row("2.3", "A token is for one audience.", why_not=ONE_SERVER),
    Row("2.4", "No password grant.", "test_case_30_other_grants_do_not_exist"),
    Row("2.5", "Clients authenticate.", "test_case_03_a_secret_that_is_wrong_or_missing"),
    Row("2.5", "Secrets are generated.", "test_a_typed_secret_is_ignored"),
    Row("2.6", "Metadata are published.", "test_authlib_finds_the_metadata_valid"),
    Row("2.6", "No redirect in clear text.", "test_an_address_without_tls_is_refused_at_its_field"),
    Row("4.1.3", "The redirect URI of the code is demanded again.", "test_case_11_the_address_must_be_the_same"),
    Row(
        "4.2.4",
        "The consent page leaks nothing by its referrer.",
        "test_the_consent_page_cannot_be_framed_or_kept_and_lets_the_redirect_through",
    ),
    Row("4.2.4", "A code works once; its reuse ends its tokens.", "test_case_07_a_code_used_twice_ends_what_it_led_to"),
    Row("4.3.2", "No token in an address.", "test_case_43_a_token_in_the_address_or_the_body_opens_nothing"),
    Row("4.4.2", "The issuer tells servers apart.", "test_case_50_the_host_header_does_not_choose_the_issuer"),
    Row("4.5.3", "A code is its client's.", "test_case_09_an_expired_an_unknown_and_anothers_code"),
    Row(
        "4.5.3",
        "Who lacks the verifier gets nothing.",
        "test_case_08_who_lacks_the_verifier_or_the_address_ends_nothing",
    ),
    Row("4.7.1", "The state comes back.", "test_case_40_a_wrong_request_goes_back_with_state_and_issuer"),
    Row("4.7.1", "Consent is given by our own form.", "test_a_form_that_was_open_for_too_long_gets_a_friendly_page"),
    Row("4.8.2", "A verifier without a challenge is refused.", "test_case_15_a_verifier_without_a_challenge"),
    Row("4.9.2", "Tokens are kept as hashes.", "test_after_a_whole_flow_no_table_holds_a_code_token_secret_or_key"),
    Row("4.10.1", "Access tokens are bound to their sender.", why_not=BEARER),
    Row("4.10.2", "A token is for one audience.", why_not=ONE_SERVER),
    Row("4.11.2", "No redirect to an address that is not registered.", "test_case_39_what_cannot_be_read"),
    Row(
        "4.11.2",
        "Nobody is redirected before they sign in.",
        "test_an_app_that_asks_in_a_wrong_way_is_reached_through_the_form",
    ),
    Row("4.12", "What was typed is not sent on.", "test_no_redirect_sends_on_what_was_typed"),
    Row(
        "4.13",
        "A proxy's headers count where there is one.",
        "test_the_address_of_a_client_is_the_proxys_word_only_behind_one",
    ),
    Row("4.14.2", "A refresh does not widen the grant.", "test_case_26_a_refresh_cannot_widen_the_grant"),
    Row("4.14.2", "A refresh token is its client's.", "test_case_23_another_client_replays_a_rotated_token"),
    Row("4.14.2", "Idle refresh tokens end.", "test_a_pair_that_was_idle_for_half_a_year_has_ended"),
    Row("4.14.2", "They end with what they stand for.", "test_case_28_nothing_works_for_a_person_who_may_not_any_more"),
    Row("4.15.1", "No client acts as a person.", "test_case_30_other_grants_do_not_exist"),
    Row(
        "4.16.1",
        "The consent page is in no frame.",
        "test_the_consent_page_cannot_be_framed_or_kept_and_lets_the_redirect_through",
    ),
]


@pytest.mark.once
def test_each_rule_has_a_test_or_a_reason() -> None:
    files = [file for room in ("oauth", "reviewhub") for file in Path(room, "tests").rglob("test_*.py")]
    tests = set(re.findall(r"^def (test_\w+)", "".join(file.read_text() for file in files), re.MULTILINE))
    assert [row for row in ROWS if row.tests and row.tests not in tests] == []
    assert [row for row in ROWS if bool(row.tests) == bool(row.why_not)] == []


@pytest.mark.django_db
def test_no_redirect_sends_on_what_was_typed(app: App) -> None:
    """A browser sends the form once more after 307 and 308: a password, to another site."""
    assert sign_in(app.browser, app.user.email, next=app.authorize_url()).status_code == 302
    assert [app.answer(decision).status_code for decision in ("allow", "deny")] == [302, 302]
