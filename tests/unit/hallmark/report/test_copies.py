"""The files of evidence lie beside the reports, and the links of the pages lead there."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from hallmark.evidence import Evidence, Proof
from hallmark.report import copies, html
from hallmark.report.copies import Links, beside
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, Report
from hallmark.waivers import Waivers

TEST = "tests/a b/test_a.py"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in {TEST: "test", "build/evidence/policies.json": "{}", "outside": "secret"}.items():
        file = tmp_path / "tree" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "tree"


@pytest.fixture
def proved(
    facts: Facts, control: Callable[..., Control], proof: Callable[..., Proof], evidence: Callable[..., Evidence]
) -> Callable[..., Report]:
    def make(artifact: str, digest: str) -> Report:
        made = evidence(proof(artifact=artifact, sha256=digest), target="embedded")
        return join(facts, [control("RT_A", Asked("behaviour"))], [made], Waivers())

    return make


def test_links_lead_to_the_copies_wherever_the_folder_goes(
    proved: Callable[..., Report], root: Path, tmp_path: Path
) -> None:
    report = beside(proved(f"{TEST}::test_a", sha("test")), tmp_path / "report", root)
    assert report.copies == {TEST: sha("test"), "build/evidence/policies.json": sha("{}")}
    moved = tmp_path / "moved"
    (tmp_path / "report").rename(moved)
    (moved / "realtime").mkdir()
    links = re.findall(r'href="(\.\./files/[^"]+)"', html.render(report))
    assert len(set(links)) == 2
    assert all((moved / "realtime" / unquote(link)).resolve().is_file() for link in links)


@pytest.mark.parametrize("how", ["other digest", "gone", "link", "too large", "outside"])
def test_what_is_not_copied_is_named_with_its_digest(
    proved: Callable[..., Report], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    path, digest = TEST, sha("test")
    if how == "other digest":
        digest = sha("another")
    elif how == "gone":
        (root / TEST).unlink()
    elif how == "link":
        (root / TEST).unlink()
        (root / TEST).symlink_to(root / "outside")
    elif how == "too large":
        monkeypatch.setattr(copies, "_LARGEST", 3)
    else:
        path = "../secret"
        (root.parent / "secret").write_text("test")
    report = beside(proved(path, digest), tmp_path / "report", root)
    assert path not in report.copies
    section = html.render(report).partition('id="RT_A"')[2].partition("</table>")[0]
    assert f"<code>{path}</code>" in section and digest in section
    assert not [link for link in re.findall(r'href="([^"]+)"', section) if "test_a" in link or "secret" in link]


def test_a_copy_of_other_content_is_no_link() -> None:
    link = Links({"a": "1"}, "../")
    assert (link("a", "1"), link("a", "2"), link("b"), link("a")) == ("../files/a", "", "", "../files/a")


def test_an_address_is_quoted(everything: Report) -> None:
    report = replace(everything, copies={'tests/a.py"><b>': "f" * 64})
    assert Links(report.copies)('tests/a.py"><b>') == "files/tests/a.py%22%3E%3Cb%3E"
