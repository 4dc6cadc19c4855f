"""The address of a repository says neither users nor secrets, whatever form a remote has."""

import subprocess
from pathlib import Path

import pytest

from hallmark.repository import Repository, clean_revision, repository, without_credentials

WANTED = "https://github.com/example/pipelines"


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/example/pipelines",
        "https://github.com/example/pipelines.git",
        "https://github.com/example/pipelines.git/",
        "https://user@github.com/example/pipelines.git",
        "https://user:pa%40ss@github.com/example/pipelines.git",
        "https://x-access-token:ghs_1234@github.com/example/pipelines",
        "https://github.com/example/pipelines?token=abc#x",
        "git@github.com:example/pipelines.git",
        "github.com:example/pipelines",
        "ssh://git@github.com/example/pipelines.git",
        "ssh://git@github.com:22/example/pipelines.git",
        "git://github.com/example/pipelines",
    ],
)
def test_an_address_has_no_credentials(remote: str) -> None:
    assert without_credentials(remote) == WANTED


@pytest.mark.parametrize(
    "remote",
    ["", "/srv/git/pipelines", "../pipelines", "file:///srv/git/x", "C:\\work\\x", "https://:0x/a", "https://host/"],
)
def test_a_folder_is_no_address(remote: str) -> None:
    assert without_credentials(remote) == ""


def test_a_port_of_http_stays() -> None:
    assert without_credentials("http://me:secret@git.example:8080/a/b.git") == "http://git.example:8080/a/b"


def test_git_says_address_and_branch(tmp_path: Path) -> None:
    for words in (
        ["init", "-q", "-b", "topic"],
        ["remote", "add", "origin", "https://me:secret@github.com/example/pipelines.git"],
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    # Without a commit there is no branch yet.
    assert repository(tmp_path, {}) == Repository(WANTED, "")
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *author, "commit", "-q", "--allow-empty", "-m", "x"], cwd=tmp_path, check=True)
    assert repository(tmp_path, {}) == Repository(WANTED, "topic")


def test_a_runner_says_it_before_git(tmp_path: Path) -> None:
    known = {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "example/pipelines",
        "GITHUB_REF_NAME": "7/merge",
    }
    assert repository(tmp_path, known) == Repository(WANTED, "7/merge")
    assert repository(tmp_path, {**known, "GITHUB_HEAD_REF": "topic"}).branch == "topic"


def test_without_git_nothing_is_known(tmp_path: Path) -> None:
    assert repository(tmp_path, {}) == Repository()
    assert Repository().link("a" * 40, "docs/x.md") == ""


def test_a_link_is_of_the_commit_or_of_the_newest() -> None:
    known = Repository(WANTED)
    assert known.link("a" * 40, "docs/a b.md", 3) == f"{WANTED}/blob/{'a' * 40}/docs/a%20b.md#L3"
    assert known.link(f"{'a' * 40} dirty:{'b' * 64}", "x") == f"{WANTED}/blob/{'a' * 40}/x"
    assert known.link("unknown", "x") == f"{WANTED}/blob/HEAD/x"
    assert clean_revision("unknown") == ""
