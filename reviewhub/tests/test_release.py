"""`packaging/release`: what it refuses, and that a second build gives the same bytes; `.ci/release` builds all."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = [pytest.mark.once, pytest.mark.skipif(shutil.which("git") is None, reason="needs git")]

PACKAGING = settings.BASE_DIR / "packaging"
CHANGELOG = """\
# Changelog

## Unreleased

## 1.2.0 - 2026-01-02

### Added

- A change.

## 1.1.0 - 2026-01-01

None.
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project of version 1.2.0 whose tag is set."""
    folder = tmp_path / "project"
    for name, text in {"reviewhub/__init__.py": 'VERSION = "1.2.0"  # the\n', "CHANGELOG.md": CHANGELOG}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "packaging").mkdir()
    shutil.copy(PACKAGING / "release", folder / "packaging")
    git(folder, "init", "--quiet")
    commit(folder)
    git(folder, "tag", "v1.2.0")
    return folder


def git(folder: Path, *words: str) -> None:
    person = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *words], cwd=folder, check=True, env=os.environ | person)  # noqa: S607


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Change")


def release(folder: Path, tag: str, out: Path, parts: str = "sources") -> subprocess.CompletedProcess[str]:
    line = [str(folder / "packaging" / "release"), tag, str(out)]
    return subprocess.run(line, env=os.environ | {"PARTS": parts}, capture_output=True, text=True)


def test_a_second_build_gives_the_same_bytes_whatever_lies_around(project: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        done = release(project, "v1.2.0", tmp_path / name)
        assert done.returncode == 0, done.stderr
        (project / "reviewhub" / "__init__.py").touch()
    first, second = (tmp_path / name / "reviewhub-1.2.0.tar.gz" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        assert "reviewhub-1.2.0/reviewhub/__init__.py" in archive.getnames()
    digest = hashlib.sha256(first.read_bytes()).hexdigest()
    assert (tmp_path / "first" / "SHA256SUMS").read_text() == f"{digest}  {first.name}\n"


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("v1.2", "looks like v0.9.0"),
        ("1.2.0", "looks like v0.9.0"),
        ("v1.3.0", "There is no tag v1.3.0"),
        ("v1.1.0", "say that they are 1.2.0"),
    ],
)
def test_a_tag_that_is_not_this_version_is_refused(project: Path, tmp_path: Path, tag: str, words: str) -> None:
    git(project, "tag", "v1.1.0")
    is_refused(project, tag, tmp_path / "out", words)


def is_refused(project: Path, tag: str, out: Path, words: str) -> None:
    done = release(project, tag, out)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Nothing was built." in done.stderr
    assert not list(out.glob("reviewhub*"))


@pytest.mark.parametrize(
    ("old", "new"),
    [("## 1.2.0 - 2026-01-02", "## 1.2.0"), ("## 1.2.0 -", "## 1.2.1 -"), ("- A change.\n", "")],
    ids=["no date", "another", "no change"],
)
def test_a_tag_without_its_changes_in_words_is_refused(project: Path, tmp_path: Path, old: str, new: str) -> None:
    (project / "CHANGELOG.md").write_text(CHANGELOG.replace(old, new))
    commit(project)
    git(project, "tag", "--force", "v1.2.0")
    is_refused(project, "v1.2.0", tmp_path / "out", 'no section "## 1.2.0 - YYYY-MM-DD"')


def test_a_tree_that_is_not_clean_is_refused(project: Path, tmp_path: Path) -> None:
    (project / "new").touch()
    is_refused(project, "v1.2.0", tmp_path / "out", "not as they were committed")


def test_a_folder_that_holds_something_is_left_alone(project: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    is_refused(project, "v1.2.0", tmp_path / "out", "is not empty")


LOCK = """\
alpha==1.0 \\
    --hash=sha256:00
    # via
    #   -r requirements.txt
    #   beta-b
beta-b[extra]==2.0 ; sys_platform != 'win32' \\
    --hash=sha256:00
    # via -r requirements.txt
only-there==3 ; sys_platform == 'win32' \\
    --hash=sha256:00
    # via alpha
"""


def bill(folder: Path) -> subprocess.CompletedProcess[str]:
    line = [str(PACKAGING / "sbom"), "1.2.0", str(folder)]
    return subprocess.run(line, env=os.environ | {"SOURCE_DATE_EPOCH": "86400"}, capture_output=True, text=True)


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    (tmp_path / "requirements.lock").write_text(LOCK)
    about = {"alpha-1.0": "License-Expression: MIT", "beta_b-2.0": "Classifier: License :: OSI Approved :: BSD License"}
    for name, line in about.items():
        with zipfile.ZipFile(tmp_path / f"{name}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\nSummary: Does it\n{line}\n")
    return tmp_path


def test_the_bill_names_each_package_with_licence_hash_and_who_needs_it(wheels: Path) -> None:
    made = bill(wheels).stdout
    assert made == bill(wheels).stdout
    read = json.loads(made)
    assert [(part["purl"], part["licenses"]) for part in read["components"]] == [
        ("pkg:pypi/alpha@1.0", [{"expression": "MIT"}]),
        ("pkg:pypi/beta-b@2.0", [{"license": {"name": "BSD License"}}]),
    ]
    wheel = wheels / "alpha-1.0-py3-none-any.whl"
    (file,) = read["components"][0]["externalReferences"]
    assert file["url"] == wheel.name
    assert file["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}]
    assert {line["ref"]: line["dependsOn"] for line in read["dependencies"]} == {
        "reviewhub@1.2.0": ["pkg:pypi/alpha@1.0", "pkg:pypi/beta-b@2.0"],
        "pkg:pypi/alpha@1.0": [],
        "pkg:pypi/beta-b@2.0": ["pkg:pypi/alpha@1.0"],
    }
    assert read["metadata"]["timestamp"] == "1970-01-02T00:00:00Z"


def test_a_wheel_that_the_lock_does_not_name_gets_into_no_bill(wheels: Path) -> None:
    (wheels / "stranger-1-py3-none-any.whl").touch()
    done = bill(wheels)
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not name stranger" in done.stderr
