"""Rows of every kind for an account, each with a word by which a stranger's page would be known to show it."""

import hashlib
from datetime import datetime
from uuid import uuid4

from oauth.models import Account, ApiKey, Invitation, MemberMail, SignInLink, User
from reviews.contacts.suppressions import suppress
from reviews.models import (
    Attempt,
    Contact,
    Delivery,
    DeliveryEvent,
    Event,
    IdempotencyKey,
    ImportRow,
    Logo,
    MergeCandidate,
    Notice,
    RequestAlias,
    Sequence,
    Simulation,
    Suppression,
    Telling,
)
from reviews.models.base import Channel
from reviews.pages import actions
from reviews.requests import import_files
from reviews.requests.consents import Agreement
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.webhooks import endpoints


def fill(account: Account, user: User, now: datetime, *, first_name: str, word: str) -> None:
    """Give the account a customer of that name, and a row of everything that belongs to an account."""
    account.save(update_fields=["name"])
    name = first_name.lower()
    email = f"{name}@example.com"
    url = f"https://hooks.example/{word.lower()}"
    endpoint, _ = endpoints.subscribe(account=account, url=url, names=[], description=word, user=user)
    agreed = Agreement(Channel.EMAIL, email, f"{word} may write", f"{first_name}'s form", now)
    request = asked(account, now, person=Person(first_name=first_name, email=email), agreements=(agreed,))
    RequestAlias.objects.create(account=account, request=request, external_id=f"{word}-2", created_at=now)
    other = Contact.objects.create(account=account, first_name=first_name, phone="+12125550009")
    MergeCandidate.objects.create(account=account, by_email=request.contact, by_phone=other)
    message = Delivery.objects.get(request=request)
    DeliveryEvent.objects.create(
        account=account, delivery=message, provider=word, key="1", occurred_at=now, received_at=now
    )
    job = import_files.receive(account=account, user=user, name=f"{word}.csv", raw=email.encode(), now=now)
    ImportRow.objects.create(job=job, line=1, text=f"{word} has no address", cells=[first_name])
    actions.record_feedback(delivery=message, rating=2, text=f"{first_name} was here", now=now)
    suppress(
        account=account,
        channel="email",
        address=email,
        reason=Suppression.Reason.STAFF,
        evidence=word,
        now=now,
    )
    key_hash = hashlib.sha256(word.encode()).hexdigest()
    ApiKey.objects.create(account=account, user=user, name=f"{word} key", prefix="rh_x", key_hash=key_hash)
    Invitation.objects.create(account=account, email=email, invited_by=user, sent_at=now)
    IdempotencyKey.objects.create(account=account, key=word, fingerprint="", created_at=now)
    Sequence.objects.filter(account=account).update(name=f"{word} sequence")
    account.review_sites.update(name=f"{word} site")
    notice = Notice.objects.create(event=Event.objects.filter(account=account)[0], endpoint=endpoint, due_at=now)
    Attempt.objects.create(notice=notice, at=now, milliseconds=1, error=f"{word} did not answer", answer=word)
    Logo.objects.create(account=account, content=word.encode())
    mail = MemberMail.objects.create(membership=account.memberships.get(user=user), due_at=now, error=word)
    Telling.objects.create(mail=mail, item=account.inbox_items.all()[0], created_at=now, morning=now)
    SignInLink.objects.create(user=user, token_hash=key_hash, expires_at=now)
    times = {"started_at": now, "beat_at": now}
    Simulation.objects.create(user=user, account=account, run=uuid4(), error=f"{word} ended", **times)
