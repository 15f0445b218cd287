"""Statements that are compiled once give what the query set gives."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, assert_type
from unittest.mock import Mock

import django
import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models import QuerySet
from django.utils import timezone

from oauth.models import Account, ApiKey, Membership, User
from reviewhub import statements
from reviewhub.statements import MOST_VALUES, Change, Select, insert_rows

pytestmark = pytest.mark.django_db


def accounts(count: int) -> list[Account]:
    return [Account.objects.create(name=f"No {number}") for number in range(count)]


def test_each_call_has_its_own_values_and_the_statement_is_compiled_once() -> None:
    first, second, _ = accounts(3)
    rows = Mock(side_effect=lambda key, name: Account.objects.filter(pk=key, name=name))
    find = Select(rows)
    assert find(key=first.pk, name="No 0") == [first]
    assert find(key=second.pk, name="No 1") == [second]
    assert find(key=second.pk, name="No 0") == []
    assert find.first(key=first.pk, name="No 0") == first
    assert find.first(key=first.pk, name="?") is None
    assert rows.call_count == 1


@pytest.mark.parametrize("count", [0, 1, 2, MOST_VALUES, MOST_VALUES + 1])
def test_lists_of_any_length(count: int) -> None:
    made = accounts(count + 1)[1:]
    find = Select(lambda keys: Account.objects.filter(pk__in=keys).order_by("name"))
    for _ in range(2):
        assert set(find(keys=[account.pk for account in made])) == set(made)


def test_related_rows_annotations_and_moments_come_along(
    owner: User, account: Account, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    for hours in (-1, 1):
        expires = now + timedelta(hours=hours)
        membership = account.memberships.get(user=owner)
        ApiKey.objects.create(
            account=account, user=owner, membership=membership, key_hash=str(hours), expires_at=expires
        )
    find = Select(
        lambda now: (
            ApiKey.objects.acting()
            .with_role()
            .filter(expires_at__gt=now)
            .select_related("account", "user")
            .only("key_hash", "account", "user__email")
        )
    )
    with django_assert_num_queries(1):
        (key,) = find(now=now)
        assert (key.key_hash, key.account.name, key.user.email) == ("1", account.name, owner.email)
        assert key.role == Membership.Role.OWNER
    assert find(now=now + timedelta(hours=2)) == []


def test_a_value_that_looks_like_a_sample_is_a_value_like_others() -> None:
    find = Select(lambda name, other: Account.objects.filter(name__in=[name, other]))
    made = [Account.objects.create(name="sample 0"), Account.objects.create(name="sample 1")]
    assert set(find(name="sample 1", other="sample 0")) == set(made)
    assert find(name="x", other="sample 0") == made[:1]


def test_the_rows_have_the_type_of_the_query_set() -> None:
    find = Select(lambda name: Account.objects.filter(name=name))
    assert_type(find, Select[Account])
    assert_type(find(name="x"), list[Account])
    assert_type(find.first(name="x"), Account | None)
    assert_type(Change(lambda name: (Account.objects.filter(name=name), {"country": "DE"}))(name="x"), int)


# --- Constants ---------------------------------------------------------------------------------------


def test_a_constant_may_be_anything() -> None:
    odd = Account.objects.create(name="O'Hara's \\ 100% %s")
    other = Account.objects.create(name="Other", cooldown_days=3)
    find = Select(lambda name: Account.objects.filter(name__in=[odd.name, name]))
    assert find(name="?") == [odd]
    assert set(find(name="Other")) == {odd, other}
    assert Select(lambda name: Account.objects.filter(name=name, cooldown_days=3))(name="Other") == [other]


@pytest.mark.skipif(not settings.SQLITE, reason="needs SQLite: PostgreSQL holds no NUL")
def test_a_constant_with_a_nul_is_not_cut_there() -> None:
    Account.objects.create(name="a")
    odd = Account.objects.create(name="a\0b")
    assert Select(lambda country: Account.objects.filter(name="a\0b", country=country))(country="US") == [odd]


def test_a_constant_is_written_into_the_sql_and_costs_no_statement(django_assert_num_queries: Any) -> None:
    find = Select(lambda name: Account.objects.filter(name=name, country="D'E"))
    with django_assert_num_queries(1) as ran:
        find(name="x")
    assert "'D''E'" in ran.captured_queries[0]["sql"]
    (statement,) = find._statements._by_shape.values()
    assert statement is not None
    assert "'D''E'" in statement.sql


@pytest.mark.parametrize(
    "text", ["", "'", "''", "\\", "\\'", "%", "%s", '"', "é€😀", "a\nb", "$$", "E'\\''", "--", "x" * 300]
)
def test_the_database_reads_a_literal_as_the_text(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {statements._literal(text)}")  # without parameters, a percent sign is one
        assert cursor.fetchone() == (text,)


# --- Refusals ----------------------------------------------------------------------------------------


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="no value"):
        Select(lambda flag: Account.objects.filter(is_active=flag))(flag=1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "rows",
    [
        lambda value: Account.objects.filter(name__contains=value),
        lambda value: Account.objects.filter(name=value.upper()),
        lambda value: Account.objects.filter(pk__in=[], name=value),
    ],
)
def test_a_query_that_changes_or_ignores_a_value_is_refused(rows: Callable[[str], QuerySet[Account]]) -> None:
    with pytest.raises(TypeError, match="as it is"):
        Select(rows)(value="x")


@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: all numbers of SQLite have 64 bits")
@pytest.mark.parametrize("lookup", ["exact", "gt", "lt"])
def test_a_column_that_is_too_narrow_for_the_samples_is_refused(lookup: str) -> None:
    """Django would leave the condition out, or say that there is no row."""
    with pytest.raises(TypeError, match="as it is"):
        Select(lambda days: Account.objects.filter(**{f"cooldown_days__{lookup}": days}))(days=3)


def test_this_version_of_django_was_read() -> None:
    assert django.VERSION[:2] in statements.READ_FOR, (
        f"Django {django.get_version()} is new here: read again, in its source, what the docstring of"
        " reviewhub.statements._compile names; when it still holds, add the version to READ_FOR."
    )


# --- Threads, and rows that are written ------------------------------------------------------------


@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: a test's SQLite database is in memory")
@pytest.mark.django_db(transaction=True)
def test_every_thread_asks_on_its_own_connection() -> None:
    made = accounts(20)
    find = Select(lambda key: Account.objects.filter(pk=key))

    def ask(account: Account) -> bool:
        try:
            return all(find.first(key=account.pk) == account for _ in range(20))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, made))


def test_rows_are_added_as_they_are_and_those_that_exist_get_the_named_columns(owner: User) -> None:
    one, two = accounts(2)
    one.name, one.country = "Changed", "DE"
    new = Account(name="New")
    insert_rows([one, two, new], or_update=["name"])
    assert set(Account.objects.values_list("name", flat=True)) >= {"Changed", "New", "No 1"}
    assert Account.objects.get(pk=one.pk).country == "US"
    insert_rows([Membership(account=new, user=owner, role="viewer")])
    assert Membership.objects.get(account=new).user == owner
    insert_rows([])


def test_a_change_returns_how_many_rows_it_changed_and_takes_none_for_a_value() -> None:
    one, two = accounts(2)
    what = Mock(side_effect=lambda key, **values: (Account.objects.filter(pk=key), values))
    change = Change(what)
    assert change(key=one.pk, name="Changed", country="DE") == 1
    assert change(key=two.pk, name="Changed too", country="AT") == 1
    assert set(Account.objects.filter(pk__in=[one.pk, two.pk]).values_list("name", "country")) == {
        ("Changed", "DE"),
        ("Changed too", "AT"),
    }
    assert what.call_count == 1
    assert change(key=one.pk, texts_per_second=5) == change(key=one.pk, texts_per_second=None) == 1
    assert Account.objects.get(pk=one.pk).texts_per_second is None
    assert Change(lambda keys: (Account.objects.filter(pk__in=keys), {"name": "?"}))(keys=[]) == 0
