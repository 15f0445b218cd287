# mypy: ignore-errors
"""The rows of the fixture: 2,000 requests with everything that the first release (commit a7ba272) kept about them.

Run by that release's own code in an empty, migrated database (`released.py` says how): `manage.py shell < FILE`.
All values are invented and the same each time, so that two databases hold the same.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from itertools import count
from unittest.mock import patch
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
REQUESTS, ACCOUNTS = 2_000, 4
keys = {}


def key(kind):
    """Return the next key of the kind: counted, since keys by chance could not be compressed."""
    number = next(keys.setdefault(kind, count(1)))
    return UUID(int=(0x1000 + len(kind) * 0x101 + ord(kind[0])) << 112 | 0x4 << 76 | 0x8 << 60 | number)


def model(name):
    return apps.get_model(name)


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def address_hash(account, channel, address):
    text = f"{account.pk}:{channel}:{address}"
    return hmac.new(settings.ADDRESS_HASH_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def make_account(number):
    """Make a business with three people, a key, an app that is connected, two sequences and three sites."""
    account = model("oauth.Account").objects.create(
        id=key("account"),
        name=f"Harbour Garage {number}",
        postal_address="1 Main Street, Springfield, NY 12345",
        scan_code=f"scancode{number:08d}",
        window_start="00:00",
        window_end="00:00",
        language="de" if number == 3 else "en",
    )
    people = {}
    for role in ("owner", "manager", "viewer"):
        people[role] = model("oauth.User").objects.create(
            id=key("user"),
            email=f"{role}{number}@garage.example",
            name=f"{role.title()} {number}",
            is_staff=True,
            password=make_password("a password of then", salt="then"),
        )
        model("oauth.Membership").objects.create(account=account, user=people[role], role=role)
    for name, fields in (("live", {}), ("ended", {"revoked_at": NOW})):
        model("oauth.ApiKey").objects.create(
            id=key("api key"),
            account=account,
            user=people["owner"],
            name=name,
            prefix="rh_then-",
            key_hash=sha(f"rh_then-{name}-{number}"),
            **fields,
        )
    model("oauth.Invitation").objects.create(
        id=key("invitation"),
        account=account,
        email=f"new{number}@garage.example",
        role="viewer",
        invited_by=people["owner"],
        sent_at=NOW,
    )
    owned = {"account": account, "user": people["owner"], "application": application, "scope": "read write"}
    access = model("oauth.AccessToken").objects.create(
        token=sha(f"rha_then-{number}"), expires=NOW + timedelta(days=3650), token_family=key("family"), **owned
    )
    model("oauth.RefreshToken").objects.create(
        token=sha(f"rhr_then-{number}"),
        access_token=access,
        token_family=access.token_family,
        connected_at=NOW + timedelta(seconds=1),
        **owned,
    )
    model("oauth.Grant").objects.create(
        code=sha(f"code-{number}"), expires=NOW, redirect_uri="https://app.example/callback", **owned
    )
    sequences = []
    for slug, is_default in (("default", True), ("short", False)):
        sequence = model("reviews.Sequence").objects.create(
            account=account, name=slug.title(), slug=slug, is_default=is_default
        )
        sequences.append(sequence)
        for position in range(3 if is_default else 1):
            model("reviews.FollowUpStep").objects.create(
                sequence=sequence,
                position=position,
                delay_hours=72 * position,
                channel="other" if position == 1 else "auto",
                email_subject="How did we do, {{ first_name }}?",
                email_text="Hello {{ first_name }},\n\nplease tell us: {{ link }}\n\n{{ business_name }}",
                sms_text="{{ business_name }}: how did we do? {{ link }} Reply STOP to opt out.",
            )
    sites = [
        model("reviews.ReviewSite").objects.create(account=account, name=name, url=url, position=position)
        for position, (name, url) in enumerate(
            [
                ("Google", "https://g.page/r/EXAMPLE/review"),
                ("Facebook", "https://www.facebook.com/"),
                ("Yelp", "https://www.yelp.com/biz/harbour-garage"),
            ]
        )
    ]
    endpoint = model("reviews.Endpoint").objects.create(
        id=key("endpoint"),
        account=account,
        user=people["owner"],
        url="https://app.example/hook",
        secret="",
        is_active=number != 2,
        off_because="" if number != 2 else "It was gone (410).",
    )
    job = model("reviews.ImportJob").objects.create(
        account=account,
        user=people["manager"],
        name="customers.csv",
        content=b"",
        digest=sha("customers"),
        delimiter=",",
        has_header=True,
        first_row=["First name", "E-mail"],
        columns=["first_name", "email"],
        sequence=sequences[0],
        status="done",
        total=3,
        position=3,
        asked=2,
        refused=1,
        created_at=NOW,
        stirred_at=NOW,
        ended_at=NOW,
    )
    model("reviews.ImportProblem").objects.create(job=job, line=3, text="No address.", cells=["Jane", ""])
    model("reviews.IdempotencyKey").objects.create(
        account=account, key="then", fingerprint=sha("then"), status=201, body=b"{}", created_at=NOW
    )
    model("reviews.Logo").objects.create(account=account, content=b"\x89PNG\r\n\x1a\n")
    model("reviews.Simulation").objects.create(
        account=account, user=people["owner"], run=key("run"), status="done", percent=100, started_at=NOW, beat_at=NOW
    )
    return account, people, sequences, sites, endpoint


# Of 20 requests: how they stand, and the message of each step as (channel, status).
KINDS = [
    *[("scheduled", [("email", "planned")])] * 5,
    ("scheduled", [("sms", "planned")]),
    ("scheduled", [("sms", "sending")]),
    ("sent", [("email", "sent"), ("email", "planned")]),
    ("sent", [("email", "delivered"), ("sms", "planned")]),
    ("sent", [("sms", "delivered"), ("email", "planned")]),
    ("sent", [("sms", "unknown")]),
    ("responded", [("email", "delivered"), ("sms", "cancelled")]),
    ("responded", [("sms", "sent"), ("email", "cancelled")]),
    ("completed", [("email", "sent"), ("sms", "sent")]),
    ("completed", [("email", "delivered"), ("email", "sent")]),
    ("suppressed", [("email", "cancelled")]),
    ("cancelled", [("email", "cancelled")]),
    ("failed", [("email", "failed")]),
    ("failed", [("email", "bounced")]),
    ("scheduled", [("email", "tried")]),
]
LEFT = ("sent", "delivered", "bounced", "unknown")
rows = {name: [] for name in ("Contact", "ReviewRequest", "Delivery", "DeliveryEvent", "Feedback", "Suppression")}
events = []


def add(name, **values):
    row = model(f"reviews.{name}")(**values)
    rows[name].append(row)
    return row


def add_event(account, type_, at, **about):
    moment = int(at.timestamp() * 1000) << 80
    number = next(keys.setdefault("event", count(1)))
    event = model("reviews.Event")(
        id=UUID(int=moment | 0x7 << 76 | 0x8 << 60 | number), account=account, type=type_, occurred_at=at, **about
    )
    events.append(event)


def email_of(number):
    """Return an address; every fiftieth is at a host in other letters, and every hundredth stands in both its forms."""
    if number % 100 == 51:
        return f"customer{number - 1}@xn--mnchen-3ya.example"
    return f"customer{number}@{'münchen' if number % 50 == 0 else 'customers'}.example"


def add_request(number):
    # Neighbours in tens share their business, so that two forms of one address can meet.
    account, people, sequences, sites, _ = accounts[number // 20 % ACCOUNTS] if number % 100 != 51 else where[50]
    where[number % 100] = (account, people, sequences, sites, _)
    status, messages = KINDS[number % 20]
    created = NOW - timedelta(days=30) + timedelta(minutes=20 * number)
    contact = add(
        "Contact",
        id=key("contact"),
        account=account,
        first_name="Jane",
        last_name=f"Customer {number}",
        email=email_of(number),
        phone=f"+1201555{number:04d}",
        created_at=created,
        updated_at=created,
    )
    ended = {} if status in ("scheduled", "sent") else {"ended_at": created + timedelta(hours=3)}
    sent_at = created + timedelta(hours=1) if any(state in LEFT for _, state in messages) else None
    request = add(
        "ReviewRequest",
        id=key("request"),
        account=account,
        contact=contact,
        sequence=sequences[0],
        status=status,
        source=("api", "staff", "import")[number % 3],
        external_id=f"job-{number}" if number % 2 else "",
        metadata={"order": number} if number % 5 == 0 else {},
        scheduled_for=created,
        created_at=created,
        sent_at=sent_at,
        responded_at=ended.get("ended_at") if status == "responded" else None,
        **ended,
    )
    add_event(account, "review_request.scheduled", created, request=request)
    if ended:
        add_event(account, f"review_request.{status}", ended["ended_at"], request=request)
    for step, (channel, state) in enumerate(messages):
        add_delivery(number, account, request, contact, sites, step, channel, state, created)
    if status == "responded":
        at = ended["ended_at"]
        feedback = add(
            "Feedback",
            account=account,
            request=request,
            rating=number % 5 + 1,
            text="Thank you." if number % 3 else "I waited long.",
            created_at=at,
            updated_at=at,
            handled_at=at if number % 2 else None,
            handled_by=people["owner"] if number % 2 else None,
            note="Called her." if number % 2 else "",
        )
        add_event(account, "feedback.created", at, request=request, feedback=feedback)
    if status == "suppressed" or messages[0][1] == "bounced":
        why = "bounced" if messages[0][1] == "bounced" else ("unsubscribed", "complained", "staff")[number // 20 % 3]
        suppression = add(
            "Suppression",
            account=account,
            channel="email",
            address=contact.email,
            address_hash=address_hash(account, "email", contact.email),
            reason=why,
            evidence="550 No such user" if why == "bounced" else "One press in a mail",
            created_at=created,
            lifted_at=NOW if number % 200 == 15 else None,
            lifted_because="Asked for it." if number % 200 == 15 else "",
        )
        add_event(account, "contact.opted_out", created, contact=contact, suppression=suppression)


def add_delivery(number, account, request, contact, sites, step, channel, state, created):
    tried = state == "tried"
    left = state in LEFT
    at = created + timedelta(hours=1 + step)
    waits = state in ("planned", "tried")
    delivery = add(
        "Delivery",
        account=account,
        request=request,
        step=step,
        channel=channel,
        address=contact.email if channel == "email" else contact.phone,
        status="planned" if tried else state,
        due_at=NOW + timedelta(days=3650) if waits else at,
        claim=key("claim") if state == "sending" else None,
        attempts=2 if tried else int(left or state in ("failed", "sending")),
        message_key=key("message"),
        link_token=f"then{number:08d}{step}{channel[:3]}",
        provider_id=f"SM{number:08d}{step}" if left else "",
        subject="How did we do, Jane?" if left and channel == "email" else "",
        text="Please tell us." if left else "",
        error_code="421" if tried else "550" if state in ("failed", "bounced") else "",
        error_text="Try again later" if tried else "No such user" if state in ("failed", "bounced") else "",
        created_at=created,
        sent_at=at if left else None,
        seen_at=at if request.status == "responded" and left else None,
        clicked_at=at if request.status == "responded" and left and number % 3 == 0 else None,
        clicked_site=sites[0] if request.status == "responded" and left and number % 3 == 0 else None,
    )
    if not left or state == "unknown":
        return
    add_event(account, f"message.{state}", at, request=request, delivery=delivery)
    reports = [("delivered", "")] if state == "delivered" else [("bounced", "")] if state == "bounced" else []
    if request.status == "responded" and channel == "sms":
        reports.append(("replied", "Thank you!" if number % 40 < 20 else "STOP"))
    for kind, text in reports:
        add(
            "DeliveryEvent",
            account=account,
            delivery=delivery,
            provider="twilio" if channel == "sms" else "postmark",
            key=f"{kind}-{number}-{step}",
            kind=kind,
            provider_id=delivery.provider_id,
            address=delivery.address,
            text=text,
            occurred_at=at,
            received_at=at,
            applied_at=at,
            payload={"MessageSid": delivery.provider_id},
        )


def save():
    for name, made in rows.items():
        model(f"reviews.{name}").objects.bulk_create(made, batch_size=500)
        for row in made:  # which have their keys now; those that point at them take them over
            for event in linked.get(id(row), ()):
                setattr(event, event_field[name], row)
    model("reviews.Event").objects.bulk_create(events, batch_size=500)
    model("reviews.Notice").objects.bulk_create(
        (
            model("reviews.Notice")(
                event=event,
                endpoint=endpoints[event.account_id],
                status=("delivered", "failed")[number % 10 == 0],
                due_at=event.occurred_at,
                tries=1,
            )
            for number, event in enumerate(events)
            if number % 3 == 0
        ),
        batch_size=500,
    )
    notice = model("reviews.Notice").objects.order_by("pk").first()
    model("reviews.Attempt").objects.create(notice=notice, at=NOW, status=200, milliseconds=20, answer="ok")
    contacts = rows["Contact"]
    model("reviews.MergeCandidate").objects.create(
        account=contacts[0].account, by_email=contacts[0], by_phone=contacts[1]
    )
    for name in ("sent", "delivered"):
        model("reviews.Tally").objects.create(name=name, channel="email", value=12)


event_field = {"Delivery": "delivery", "Feedback": "feedback", "Suppression": "suppression"}
with transaction.atomic(), patch("django.utils.timezone.now", return_value=NOW):
    model("oauth.User").objects.create(
        id=key("user"), email="operator@garage.example", is_staff=True, is_superuser=True, password="!"
    )
    application = model("oauth.Application").objects.create(
        client_id="then",
        name="Zapier",
        redirect_uris="https://app.example/callback",
        client_type="confidential",
        authorization_grant_type="authorization-code",
        client_secret="rhs_then",
    )
    accounts = [make_account(number) for number in range(ACCOUNTS)]
    endpoints = {made[0].pk: made[4] for made in accounts}
    where = {}
    for number in range(REQUESTS):
        add_request(number)
    linked = {}
    for event in events:
        for field in event_field.values():
            if (row := getattr(event, field)) is not None:
                linked.setdefault(id(row), []).append(event)
    save()
