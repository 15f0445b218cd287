"""The voices of providers: what each of them posts, and how it proves that it is the one."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.test import Client
from twilio.request_validator import RequestValidator

SECRET = "hooks:correct horse"
TOKEN = "twilio-token"
PUBLIC = "https://reviews.example"
MOMENT = 1772550000  # 2026-03-03 15:00 UTC
STAMP = "2026-03-03T15:00:00Z"
JANE = "jane@example.com"

_rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_ec = ec.generate_private_key(ec.SECP256R1())


def _public(key: Any) -> str:
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "".join(pem.decode().splitlines()[1:-1])


def basic(secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


@dataclass
class Voice:
    """A mail provider that is protected by the secret alone, and writes JSON."""

    name: str
    report: Any = None
    keys: dict[str, str] = field(default_factory=lambda: {"WEBHOOK_SECRET": SECRET})
    content_type: str = "application/json"
    # Without credentials Amazon is asked for them: it sends none before.
    without: int = 403
    signs_body: bool = False

    @property
    def path(self) -> str:
        return f"/hooks/mail/{self.name}"

    def body(self) -> bytes:
        return json.dumps(self.report).encode()

    def senseless(self) -> bytes:
        """A body that proves itself as the right one does, and says nothing."""
        return b'{"x"'

    def tampered(self) -> bytes:
        return self.body().replace(JANE.encode(), b"eve1@example.com")

    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        return basic() if right else basic("hooks:wrong")

    def post(self, client: Client, body: bytes, headers: dict[str, str]) -> Any:
        return client.generic("POST", self.path, body, content_type=self.content_type, headers=headers)


class Amazon(Voice):
    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        return super().proof(body, right=right) | {
            "x-amz-sns-message-type": "Notification",
            "x-amz-sns-message-id": "n1",
        }


@dataclass
class Hmac(Voice):
    """Signs the body with a key that both sides know."""

    header: str = "Signature"
    signs_body: bool = True

    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        key = b"key" if right else b"wrong"
        return {self.header: hmac.new(key, body, hashlib.sha256).hexdigest()}


class Svix(Voice):
    age = 0

    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        moment = str(int(time.time()) - self.age)
        key = b"key" if right else b"wrong"
        digest = hmac.new(key, b"e1." + moment.encode() + b"." + body, hashlib.sha256).digest()
        signature = "v1,b2xk v1," + base64.b64encode(digest).decode()
        return {"svix-id": "e1", "svix-timestamp": moment, "svix-signature": signature}


class Mailgun(Voice):
    """Signs two fields inside the body."""

    def body(self, **changed: str) -> bytes:
        return self._signed(self.report)

    def senseless(self) -> bytes:
        return self._signed({"event-data": {}})

    def _signed(self, report: Any) -> bytes:
        signature = hmac.new(b"key", f"{MOMENT}token".encode(), hashlib.sha256).hexdigest()
        return json.dumps(
            report | {"signature": {"timestamp": MOMENT, "token": "token", "signature": signature}}
        ).encode()

    def tampered(self) -> bytes:
        return self.body().replace(b'"token": "token"', b'"token": "other"')

    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        return {} if right else {"X-Wrong": "the signature is in the body"}

    def post(self, client: Client, body: bytes, headers: dict[str, str]) -> Any:
        if "X-Wrong" in headers:
            body = body.replace(b'"signature": "', b'"signature": "0')
        elif headers.get("X-Missing"):
            body = body.replace(b'"signature": {', b'"unsigned": {')
        return super().post(client, body, {})


class Mandrill(Voice):
    """Signs the address and the form."""

    def body(self) -> bytes:
        return urlencode({"mandrill_events": json.dumps(self.report)}).encode()

    def senseless(self) -> bytes:
        return urlencode({"mandrill_events": "{"}).encode()

    def tampered(self) -> bytes:
        return self.body().replace(b"jane", b"eve1")

    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        signed = PUBLIC + self.path + "".join(k + v[0] for k, v in sorted(parse_qs(body.decode()).items()))
        digest = hmac.new(b"key" if right else b"wrong", signed.encode(), hashlib.sha1).digest()
        return {"X-Mandrill-Signature": base64.b64encode(digest).decode()}


class Postal(Voice):
    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        signature = _rsa.sign(body, padding.PKCS1v15(), hashes.SHA1() if right else hashes.SHA256())  # noqa: S303
        return {"X-Postal-Signature": base64.b64encode(signature).decode()}


class SendGrid(Voice):
    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        signature = _ec.sign(str(MOMENT).encode() + body, ec.ECDSA(hashes.SHA256()))
        moment = str(MOMENT if right else MOMENT + 1)
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": moment,
        }


class Unisender(Voice):
    """Signs the body with the key in the place of the signature."""

    def body(self) -> bytes:
        return self._signed(self.report)

    def senseless(self) -> bytes:
        return self._signed({"nothing": True})

    def _signed(self, report: Any, key: str = "key") -> bytes:
        unsigned = json.dumps({"auth": key} | report)
        digest = hashlib.md5(unsigned.encode(), usedforsecurity=False).hexdigest()
        return unsigned.replace(f'"auth": "{key}"', f'"auth": "{digest}"').encode()

    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        return {} if right else {"X-Wrong": "the signature is in the body"}

    def post(self, client: Client, body: bytes, headers: dict[str, str]) -> Any:
        if "X-Wrong" in headers:
            body = self._signed(self.report, "wrong")
        elif headers.get("X-Missing"):
            body = body.replace(b'"auth"', b'"unsigned"')
        return super().post(client, body, {})


BREVO = {"event": "delivered", "email": JANE, "message-id": "id-1", "ts_epoch": MOMENT * 1000}
SENDGRID = [{"event": "delivered", "timestamp": MOMENT, "email": JANE, "smtp-id": "id-1", "sg_event_id": "e1"}]
MAILTRAP = {
    "events": [{"event": "delivery", "message_id": "id-1", "timestamp": MOMENT, "event_id": "e1", "email": JANE}]
}
RESEND = {"type": "email.delivered", "created_at": STAMP, "data": {"email_id": "id-1", "to": [JANE]}}

VOICES: dict[str, Voice] = {
    "amazon_ses": Amazon(
        "amazon_ses",
        {
            "Type": "Notification",
            "MessageId": "n1",
            "Timestamp": STAMP,
            "Message": json.dumps(
                {
                    "eventType": "Delivery",
                    "mail": {"messageId": "id-1", "destination": [JANE]},
                    "delivery": {"recipients": [JANE], "smtpResponse": "250 OK"},
                }
            ),
        },
        without=401,
    ),
    "brevo": Voice("brevo", BREVO),
    "mailersend": Hmac(
        "mailersend",
        {
            "type": "activity.delivered",
            "data": {
                "id": "e1",
                "type": "delivered",
                "created_at": STAMP,
                "email": {"message": {"id": "id-1"}, "recipient": {"email": JANE}},
            },
        },
        {"MAILERSEND_SIGNING_SECRET": "key"},
    ),
    "mailgun": Mailgun(
        "mailgun",
        {
            "event-data": {
                "id": "e1",
                "event": "delivered",
                "timestamp": MOMENT,
                "recipient": JANE,
                "message": {"headers": {"message-id": "id-1"}},
            }
        },
        {"MAILGUN_WEBHOOK_SIGNING_KEY": "key"},
        signs_body=True,
    ),
    "mailjet": Voice("mailjet", [{"event": "sent", "time": MOMENT, "MessageID": "id-1", "email": JANE}]),
    "mailtrap": Hmac("mailtrap", MAILTRAP, {"MAILTRAP_TRACKING_SECRET": "key"}, header="Mailtrap-Signature"),
    "mailtrap by secret": Voice("mailtrap", MAILTRAP),
    "mandrill": Mandrill(
        "mandrill",
        [{"event": "send", "ts": MOMENT, "_id": "id-1", "msg": {"email": JANE}}],
        {"MANDRILL_WEBHOOK_KEY": "key"},
        content_type="application/x-www-form-urlencoded",
        signs_body=True,
    ),
    "postal": Postal(
        "postal",
        {
            "event": "MessageSent",
            "timestamp": MOMENT,
            "uuid": "e1",
            "payload": {"status": "Sent", "message": {"id": "id-1", "to": JANE, "direction": "outgoing"}},
        },
        {"POSTAL_WEBHOOK_KEY": _public(_rsa)},
        signs_body=True,
    ),
    "postmark": Voice(
        "postmark", {"RecordType": "Delivery", "MessageID": "id-1", "Recipient": JANE, "DeliveredAt": STAMP}
    ),
    "resend": Svix(
        "resend", RESEND, {"RESEND_SIGNING_SECRET": "whsec_" + base64.b64encode(b"key").decode()}, signs_body=True
    ),
    "resend by secret": Voice("resend", RESEND),
    "sendgrid": SendGrid(
        "sendgrid", SENDGRID, {"SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": _public(_ec)}, signs_body=True
    ),
    "sendgrid by secret": Voice("sendgrid", SENDGRID),
    "sendinblue": Voice("sendinblue", BREVO),
    "sparkpost": Voice(
        "sparkpost",
        [
            {
                "msys": {
                    "message_event": {
                        "type": "delivery",
                        "transmission_id": "id-1",
                        "event_id": "e1",
                        "raw_rcpt_to": JANE,
                        "timestamp": str(MOMENT),
                    }
                }
            }
        ],
    ),
    "unisender_go": Unisender(
        "unisender_go",
        {
            "events_by_user": [
                {
                    "events": [
                        {
                            "event_name": "transactional_email_status",
                            "event_data": {
                                "job_id": "id-1",
                                "status": "delivered",
                                "event_time": "2026-03-03 15:00:00",
                                "email": JANE,
                            },
                        }
                    ]
                }
            ]
        },
        {"UNISENDER_GO_API_KEY": "key"},
        signs_body=True,
    ),
}


# --- Twilio -----------------------------------------------------------------------------------

NUMBER, SENDER = "+12125551234", "+15005550006"


def twilio_proof(path: str, form: dict[str, str], *, token: str = TOKEN, site: str = PUBLIC) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(site + path, form)}


def twilio(client: Client, path: str, **form: str) -> Any:
    """Post what Twilio posts, signed as Twilio does."""
    return client.post(
        path,
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers=twilio_proof(path, form),
    )


def text(client: Client, body: str, *, sid: str, number: str = NUMBER, sender: str = SENDER, **more: str) -> Any:
    """A customer's text message, by way of Twilio."""
    form = {"MessageSid": sid, "From": number, "To": sender, "Body": body} | more
    return twilio(client, "/hooks/twilio/message", **form)


@dataclass
class Twilio(Voice):
    """Signs the address and the form."""

    path_: str = ""
    content_type: str = "application/x-www-form-urlencoded"
    signs_body: bool = True

    @property
    def path(self) -> str:
        return self.path_

    def body(self) -> bytes:
        return urlencode(self.report).encode()

    def senseless(self) -> bytes:
        return urlencode({"AccountSid": "AC1"}).encode()

    def tampered(self) -> bytes:
        return self.body().replace(b"2125551234", b"2125559999")

    def proof(self, body: bytes, *, right: bool = True) -> dict[str, str]:
        return twilio_proof(self.path, dict(parse_qsl(body.decode())), token=TOKEN if right else "wrong")


VOICES |= {
    "text status": Twilio(
        "twilio",
        {"MessageSid": "SM1", "MessageStatus": "delivered", "To": NUMBER, "From": SENDER},
        path_="/hooks/twilio/status?message=6f1c86a0-0000-4000-8000-000000000000",
    ),
    "text message": Twilio(
        "twilio",
        {"MessageSid": "SM2", "Body": "Thank you", "To": SENDER, "From": NUMBER},
        path_="/hooks/twilio/message",
    ),
}
