"""`make audit`: what it makes of the answers of pip-audit."""

import json
import subprocess
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from typing import Any

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

OLD = {"name": "django", "version": "3.2.0", "vulns": [{"id": "PYSEC-2021-98", "fix_versions": ["3.2.4"]}]}
FINE = {"name": "django", "version": "9", "vulns": []}


def load() -> Any:
    loader = SourceFileLoader("audit", str(settings.BASE_DIR / ".ci" / "audit"))
    spec = spec_from_loader("audit", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("proof", "lock", "code", "words"),
    [
        (OLD, FINE, 0, "No advisory concerns some.lock."),
        (OLD, OLD, 1, "some.lock: django 3.2.0: PYSEC-2021-98, fixed in 3.2.4"),
        (FINE, FINE, 2, "knows no advisory of django==3.2.0"),
        (OLD, {"name": "x", "skip_reason": "not found"}, 2, "1 packages were left out, such as x: not found"),
        (OLD, None, 2, "Name or service not known"),
    ],
    ids=["none", "one", "a source without advisories", "a package that is not known", "no source"],
)
def test_no_advisory_is_told_apart_from_not_knowing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], proof: Any, lock: Any, code: int, words: str
) -> None:
    def run(command: list[str], **options: Any) -> Any:
        package = proof if "--no-deps" in command else lock
        text = json.dumps({"dependencies": [package]}) if package else ""
        return subprocess.CompletedProcess(command, 0, text, "Traceback …\nName or service not known\n")

    monkeypatch.setattr(subprocess, "run", run)
    assert load().main(["some.lock"]) == code
    said = capsys.readouterr()
    assert words in said.out + said.err
