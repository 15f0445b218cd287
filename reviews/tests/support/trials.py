"""Tests that take minutes: only `make trials` runs them, or all of what they do."""

import os

import pytest
from django.conf import settings

# How often workers are killed in mid-work; twenty times in a trial.
KILLS = int(os.environ.get("KILLS", "8"))

# The update of the first release's rows (tests/upgrade) goes over each migration every time; some alone take a minute.
in_an_upgrade = pytest.mark.skipif(
    settings.SQLITE or "UPGRADE_REQUESTS" not in os.environ, reason="takes a minute, on PostgreSQL: .ci/upgrade runs it"
)
