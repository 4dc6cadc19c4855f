"""The library and its engine name no system and no function of one: a catalogue does."""

import re

from infra.systems import NAMES
from policies.engine.catalogue import catalogues
from tests.unit.policies.edited import ROOT


def test_no_name_of_a_system_stands_in_library_or_engine() -> None:
    functions = {part for one in catalogues().values() for part in one.parts.get("functions", {}) if "_" in part}
    names = re.compile(rf"\b(?:{'|'.join(sorted({*NAMES, *functions}))})\b")
    files = [*(ROOT / "policies" / "engine").rglob("*.py"), *(ROOT / "policies" / "library").rglob("*.py")]
    assert functions
    assert files
    assert [file.name for file in files if names.search(file.read_text(encoding="utf-8"))] == []
