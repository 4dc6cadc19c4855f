"""docs/network.md quotes findings as they are, and draws the rights as they are."""

import re

from infra.screening.parameters import Function
from infra.screening.rights import RIGHTS
from infra.screening.storage import CUSTOMER_INDEX
from tests.support.pages import Page
from tests.unit.policies.library.reaching import judged
from tests.unit.policies.library.test_reachable import NO_WAY
from tests.unit.policies.library.test_reachable_rights import NO_RIGHT

PAGE = Page("docs/network.md")
_NAMES = {"fraud": Function.FRAUD_DETECTION, "compliance": Function.COMPLIANCE_CHECKING}


def test_every_end_of_a_finding_is_one() -> None:
    found = [one.found for change, *_ in (*NO_WAY, *NO_RIGHT) for one in judged(change)]
    quoted = [text for row in PAGE.rows("How to read a finding", 3) for text in PAGE.quoted(row[2])]
    assert [text for text in quoted if not any(text in one for one in found)] == []


def test_the_rights_are_drawn_as_they_are() -> None:
    drawn = re.findall(r'(\w+) -- "([\w, ]+)" --> (table|index)\n', PAGE.section("Who reaches what"))
    wanted = [
        (function, ", ".join(actions), "index" if part else "table")
        for function, rows in RIGHTS.items()
        for _, part, actions in rows
    ]
    assert sorted((_NAMES.get(name, name), actions, place) for name, actions, place in drawn) == sorted(wanted)
    assert f"index[({CUSTOMER_INDEX})]" in PAGE.text
