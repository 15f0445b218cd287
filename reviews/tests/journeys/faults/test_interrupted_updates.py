"""An update that is interrupted after each change that stands by itself comes to the same end."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from reviewhub import testing_database
from reviews.tests.support.trials import in_an_upgrade
from reviews.tests.upgrade.released import MEANINGS, ROOT, read, released
from reviews.tests.upgrade.schema import schema

pytestmark = [
    pytest.mark.fault,
    pytest.mark.postgres,
    in_an_upgrade,  # on SQLite each migration but a few rows of data is one transaction
]


def test_it_goes_on_and_comes_to_the_same_end(tmp_path: Path) -> None:
    with released(tmp_path, name="interrupted") as old:
        before = read(old)
        line = [sys.executable, "-m", "reviews.tests.upgrade.interrupted"]
        done = subprocess.run(line, cwd=ROOT, env=old.environment, stdout=subprocess.PIPE, text=True, check=True)
        assert int(done.stdout.split()[-1]) > 20
        assert {name: rows for name, rows in read(old).items() if rows != before[name]} == {}
        assert len(before) == len(MEANINGS)
        said = "SELECT COUNT(*), COUNT(DISTINCT feedback_id) FROM reviews_inboxitem WHERE kind = 'feedback'"
        assert old.rows(said) == [(200, 200)]
        with psycopg.connect(testing_database.postgres_url(testing_database.migrated_postgres())) as connection:
            assert schema(old.connection) == schema(connection)
