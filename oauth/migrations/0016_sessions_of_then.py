"""A session from before 0015 is listed as soon as the page of sessions is there: its person may want to end it.

Nobody wrote down where and when it began. It was last seen, and perhaps began, when it was last written.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations
from django.utils import timezone

BATCH = 500


def list_sessions(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    sessions = apps.get_model("sessions", "Session").objects.using(alias).filter(expire_date__gt=timezone.now())
    people = set(apps.get_model("oauth", "User").objects.using(alias).values_list("pk", flat=True))
    user_session = apps.get_model("oauth", "UserSession")
    lifetime = timedelta(seconds=settings.SESSION_COOKIE_AGE)

    def rows() -> Iterator[Any]:
        store = SessionStore()
        for session in sessions.iterator(chunk_size=BATCH):
            user = _uuid(store.decode(session.session_data).get(SESSION_KEY))
            if user in people:
                seen = session.expire_date - lifetime
                yield user_session(session_id=session.pk, user_id=user, signed_in_at=seen, last_seen_at=seen)

    every = rows()
    while batch := list(islice(every, BATCH)):
        user_session.objects.using(alias).bulk_create(batch, ignore_conflicts=True)


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None


class Migration(migrations.Migration):
    dependencies = [("oauth", "0015_user_session")]

    operations = [migrations.RunPython(list_sessions, migrations.RunPython.noop)]
