"""The set-up that the Makefile does, with a pretended Python and a pretended uv: no network, no installation."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")

# Writes down how it is called. As `-m venv` it copies itself to .venv, as `-m pip` it brings uv, where uv is to be had.
PYTHON = """#!/bin/sh
case "$*" in
-c*sys.base_prefix*) [ {minor} -ge 11 ] && echo "3 {minor} /pythons/3.{minor}"; exit ;;
--version) echo "Python 3.{minor}.1"; exit ;;
-c*) exit ;;
esac
echo "python $*" >> calls
case "$*" in
"-m venv"*) rm -rf .venv && mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*pip*requirements-uv.lock*) [ ! -e no-uv ] && cp uv .venv/bin/uv ;;
esac
"""
UV = """#!/bin/sh
echo "uv $*" >> calls
[ ! -e uv-fails ]
"""
VENV = "python -m venv --without-pip --clear .venv"
FETCH = "install -q --require-hashes --only-binary :all: -r requirements-uv.lock"
INSTALL = "uv pip install -q --python .venv/bin/python --require-hashes -r "
INSTALL_BY_PIP = "python -m pip install -q --require-hashes -r "

Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clean clone, as far as the set-up looks at it, beside three Pythons."""
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        shutil.copy(ROOT / name, tmp_path)
    programs = {f"python3.{minor}": PYTHON.format(minor=minor) for minor in (9, 11, 13)} | {"uv": UV}
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.fixture
def make(folder: Path) -> Make:
    """`make(target, variables…)`: what make printed and how it ended."""
    ours = ("PYTHON", "VENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in ours}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        (folder / "calls").write_text("")
        return subprocess.run(["make", *words], cwd=folder, env=environment, capture_output=True, text=True)  # noqa: S607

    return run


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_pip_brings_uv_and_uv_installs_what_runs_by_its_hashes(folder: Path, make: Make) -> None:
    made = make(".venv/product", "PYTHON=./python3.11")
    assert calls(folder) == [
        VENV,
        f"python -m pip --python .venv/bin/python {FETCH}",
        f"{INSTALL}requirements.lock",
    ]
    packages = len(re.findall(r"^\S+==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert made.stdout.splitlines() == [
        "Making .venv with Python 3.11.1 …",
        "Fetching uv, which installs packages …",
        f"Installing {packages} packages …",
    ]


def test_a_set_up_that_is_there_is_left_alone_whichever_python_made_it(folder: Path, make: Make) -> None:
    make(".venv/product", "PYTHON=./python3.13")
    assert make(".venv/product").returncode == 0
    assert calls(folder) == []


def test_a_changed_lock_is_installed_into_what_is_there(folder: Path, make: Make) -> None:
    make(".venv/product", "PYTHON=./python3.11")
    after = (folder / ".venv" / "product").stat().st_mtime + 1
    os.utime(folder / "requirements.lock", (after, after))
    make(".venv/product")
    assert calls(folder) == [f"{INSTALL}requirements.lock"]


def test_the_tests_add_what_they_need_and_the_product_has_its_packages_then(folder: Path, make: Make) -> None:
    make(".venv/tools", "PYTHON=./python3.11")
    assert calls(folder)[2:] == [f"{INSTALL}requirements-dev.lock"]
    make(".venv/product")
    assert calls(folder) == []


def test_another_python_makes_it_anew_and_says_so(folder: Path, make: Make) -> None:
    make(".venv/product", "PYTHON=./python3.11")
    made = make(".venv/product", "PYTHON=./python3.13")
    assert made.stdout.startswith("Another Python made .venv: it is made anew.\nMaking .venv with Python 3.13.1 …\n")
    assert calls(folder)[0] == VENV
    assert calls(folder)[-1] == f"{INSTALL}requirements.lock"
    make(".venv/product", "PYTHON=./python3.13")
    assert calls(folder) == []


def test_one_whose_python_is_gone_is_made_anew(folder: Path, make: Make) -> None:
    make(".venv/product", "PYTHON=./python3.11")
    (folder / ".venv" / "bin" / "python").unlink()
    make(".venv/product", "PYTHON=./python3.11")
    assert calls(folder)[0] == VENV


def test_one_that_somebody_made_by_the_same_python_is_used(folder: Path, make: Make) -> None:
    (folder / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(folder / "python3.11", folder / ".venv" / "bin" / "python")
    make(".venv/product", "PYTHON=./python3.11")
    assert VENV not in calls(folder)
    assert calls(folder)[-1] == f"{INSTALL}requirements.lock"


def test_pip_installs_by_the_same_hashes_where_uv_fails(folder: Path, make: Make) -> None:
    (folder / "uv-fails").touch()
    made = make(".venv/product", "PYTHON=./python3.11")
    assert made.returncode == 0
    assert calls(folder)[2:] == [
        f"{INSTALL}requirements.lock",
        "python -m ensurepip",
        f"{INSTALL_BY_PIP}requirements.lock",
    ]
    assert "pip does" in made.stdout


def test_pip_installs_where_uv_is_not_to_be_had(folder: Path, make: Make) -> None:
    (folder / "no-uv").touch()
    assert make(".venv/product", "PYTHON=./python3.11").returncode == 0
    assert calls(folder)[-1] == f"{INSTALL_BY_PIP}requirements.lock"


@pytest.mark.parametrize(("name", "what"), [("./python3.9", "Python 3.9.1"), ("./nothing", "not there")])
def test_a_python_that_is_too_old_or_missing_is_said(folder: Path, make: Make, name: str, what: str) -> None:
    made = make(".venv/product", f"PYTHON={name}")
    assert made.returncode != 0
    assert f"needs Python 3.11, 3.12 or 3.13; {name} is {what}. Name another: make PYTHON=python3.12 …" in made.stdout
    assert not (folder / ".venv").exists()


def test_without_services_the_rest_of_the_tests_says_what_it_needs() -> None:
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1/9"}
    done = subprocess.run(
        [sys.executable, ".ci/services.py"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "PostgreSQL does not answer. Start one, and set DATABASE_URL=" in done.stderr
    assert "Redis does not answer. Start one, and set REDIS_URL=" in done.stderr


@pytest.mark.parametrize(("command", "rounds"), [("true", 3), ("false", 1)])
def test_trials_run_three_times_up_to_the_first_failure_and_leave_nothing(command: str, rounds: int) -> None:
    with subprocess.Popen(
        [".ci/trials", command], cwd=ROOT, stdout=subprocess.PIPE, text=True, process_group=0
    ) as trials:
        printed, _ = trials.communicate(timeout=60)
    assert (trials.returncode == 0, printed.count("== Round")) == (rounds == 3, rounds)
    with pytest.raises(ProcessLookupError):
        os.killpg(trials.pid, 0)


# Writes down how it is called; as `install` it fails where it is told to, as `pack` it makes what is tried.
NPM = """#!/bin/sh
echo "npm $1" >> "{folder}/calls"
case "$1" in
install) echo "npm says why"; [ ! -e "{folder}/npm-fails" ] ;;
pack) touch "$4/nodes.tgz" ;;
esac
"""


@pytest.fixture
def n8n(tmp_path: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    """`n8n()`: the trial of n8n in a clone with a pretended npm, up to where n8n would start."""
    (tmp_path / "integrations" / "n8n").mkdir(parents=True)
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "n8n", tmp_path / ".ci")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    for program, text in (
        (tmp_path / "npm", NPM.format(folder=tmp_path)),
        (python, f'#!/bin/sh\necho "trial $1 $2 ${{3##*/}}" >> "{tmp_path}/calls"\n'),
    ):
        program.write_text(text)
        program.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    return lambda: subprocess.run([tmp_path / ".ci" / "n8n"], env=environment, capture_output=True, text=True)


def test_n8n_is_installed_once(tmp_path: Path, n8n: Callable[[], subprocess.CompletedProcess[str]]) -> None:
    trial = ["npm run", "npm pack", "trial .ci/n8n_trial.py .n8n nodes.tgz"]
    assert [n8n().returncode, n8n().returncode] == [0, 0]
    assert (tmp_path / "calls").read_text().splitlines() == ["npm install", "npm rebuild", *trial, *trial]


def test_n8n_that_cannot_be_installed_is_said_and_tried_again(
    tmp_path: Path, n8n: Callable[[], subprocess.CompletedProcess[str]]
) -> None:
    (tmp_path / "npm-fails").touch()
    done = n8n()
    assert done.returncode == 1
    assert done.stdout.endswith("npm says why\n")
    assert re.fullmatch(r"n8n [\d.]+ could not be installed: npm install failed, .+\.\n", done.stderr)
    (tmp_path / "npm-fails").unlink()
    assert n8n().returncode == 0
    assert (tmp_path / "calls").read_text().splitlines()[:3] == ["npm install", "npm install", "npm rebuild"]
