"""What a browser answers, and what somebody who plays one does: rules of Web Authentication, section 7."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from oauth.models import User
from oauth.sign_in import passkeys
from oauth.tests.authenticator import give_phone
from oauth.tests.flow import sign_in
from oauth.tests.passkey import PRESENT, Passkey, give_passkey, rows, second_step, sign_in_alone

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("public_url")]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "webauthn.create"},
        {"challenge": websafe_encode(bytes(32))},
        {"origin": "https://evil.example"},
        {"origin": "https://sub.reviews.example"},
        {"origin": "https://reviews.example:8443"},
        {"origin": "http://reviews.example"},
        {"crossOrigin": True},
    ],
)
def test_an_answer_to_another_question_or_page_signs_nobody_in(owner: User, passkey: Passkey, change: Any) -> None:
    client = Client()
    options = client.get("/sign-in/passkey").json()["request_options"]
    answer = client.post("/sign-in/passkey", {"credential": passkey.use(options, **change)})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    sign_in(client, owner.email)
    assert second_step(client, passkey, **change).status_code == 200
    assert "_auth_user_id" not in client.session


def test_an_address_with_its_usual_port_is_the_same(settings: Any, passkey: Passkey) -> None:
    passkey.origin = "https://reviews.example"
    settings.PUBLIC_URL = "https://Reviews.example:443"
    assert sign_in_alone(Client(), passkey).status_code == 302


def test_a_passkey_that_asked_for_no_pin_neither_signs_in_nor_is_added(client_of_owner: Client, owner: User) -> None:
    unsure = Passkey(flags=PRESENT)
    options = client_of_owner.get("/security/passkeys/add").context["js_data"]["creation_options"]
    answer = client_of_owner.post("/security/passkeys/add", {"credential": unsure.register(options)})
    assert str(passkeys.AnswerField.WRONG) in answer.content.decode()
    assert not rows(owner).exists()
    passkey = give_passkey(client_of_owner)
    passkey.flags = PRESENT
    assert sign_in_alone(Client(), passkey).status_code == 200
    client = Client()
    sign_in(client, owner.email)
    assert second_step(client, passkey).status_code == 200


def test_somebody_elses_passkey_is_no_second_step(
    client: Client, owner: User, passkey: Passkey, stranger: User
) -> None:
    give_phone(stranger)
    sign_in(client, stranger.email)
    assert second_step(client, passkey).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_passkey_that_names_another_person_signs_nobody_in(passkey: Passkey, stranger: User) -> None:
    passkey.handle = websafe_encode(str(stranger.pk).encode())
    for handle in (passkey.handle, websafe_encode(b"nobody"), websafe_encode(b"\xff"), ""):
        passkey.handle = handle
        assert sign_in_alone(Client(), passkey).status_code == 200, handle


def test_an_answer_signs_in_once(owner: User, passkey: Passkey) -> None:
    client = Client()
    options = client.get("/sign-in/passkey").json()["request_options"]
    form = {"credential": passkey.use(options)}
    assert client.post("/sign-in/passkey", form).status_code == 302
    client.post("/sign-out")
    assert client.post("/sign-in/passkey", form).status_code == 200
    assert Client().post("/sign-in/passkey", form).status_code == 200


GARBAGE = [
    *("", "{", "[]", "1", "null", '"x"', "{}", "[" * 50_000, '{"a":' * 50_000, "\0"),
    '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
    '{"id": "!", "rawId": "!", "type": "public-key", "response": {"clientDataJSON": "e30"}}',
    '{"id": "eHg", "rawId": "eHg", "type": [], "response": []}',
]
ODD: list[Any] = [
    None,
    "",
    "é",
    "AAAA",
    1,
    [],
    {},
    "\ud800",
    *map(websafe_encode, (b"\xa1" * 900, b"\x81" * 5000, b"\x5b", b"[]")),
]


def broken(answer: str) -> list[str]:
    """Answers that are none, and the answer with each of its parts made into something else."""
    found = list(GARBAGE)
    for value in ODD:
        for name in ("id", "rawId", "response"):
            found.append(json.dumps(json.loads(answer) | {name: value}))
        for name in json.loads(answer)["response"]:
            changed = json.loads(answer)
            changed["response"][name] = value
            found.append(json.dumps(changed))
    return found


def refuses(field: passkeys.AnswerField, text: str) -> bool:
    try:
        field.clean(text)
    except ValidationError as error:
        return error.messages == [field.WRONG] or "null" in str(error).lower()
    return False


@pytest.mark.parametrize("kind", ["new", "used"])
def test_malformed_answers_are_refused(client: Client, client_of_owner: Client, passkey: Passkey, kind: str) -> None:
    """Most before they are checked; the others, such as a signature that is none, when they are."""
    if kind == "new":
        path, asked = "/security/passkeys/add", client_of_owner
        options = asked.get(path).context["js_data"]["creation_options"]
        field, answers = passkeys.AnswerField(RegistrationResponse), broken(Passkey().register(options))
    else:
        path, asked = "/sign-in/passkey", client
        options = asked.get(path).json()["request_options"]
        field, answers = passkeys.AnswerField(AuthenticationResponse), broken(passkey.use(options))
    left = [text for text in answers if not refuses(field, text)]
    assert len(left) < len(answers) / 2
    assert kind == "new" or left
    for number, text in enumerate([GARBAGE[0], GARBAGE[7], *left]):
        answer = asked.post(path, {"credential": text}, REMOTE_ADDR=f"192.0.2.{number}")
        assert answer.status_code == 200, text[:80]
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_of_an_answer_only_what_is_read_is_kept(owner: User, client_of_owner: Client) -> None:
    options = client_of_owner.get("/security/passkeys/add").context["js_data"]["creation_options"]
    answer = json.loads(Passkey().register(options)) | {"more": "\0" * 1000, "clientExtensionResults": {"a": "\0"}}
    assert client_of_owner.post("/security/passkeys/add", {"credential": json.dumps(answer)}).status_code == 302
    kept = rows(owner).get().data["credential"]
    assert set(kept) == {"id", "rawId", "response"}
    assert set(kept["response"]) == {"clientDataJSON", "attestationObject"}
