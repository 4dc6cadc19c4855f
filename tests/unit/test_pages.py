"""Links of every page lead to a file that is there, and to a heading that it has."""

import re
from pathlib import Path

import pytest

from hallmark.project import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK, _BLOCK = re.compile(r"\]\((?!https?:)([^)\s]+)\)"), re.compile(r"```.*?```", re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    assert [link for link in links if not _leads_somewhere(page, link)] == []
