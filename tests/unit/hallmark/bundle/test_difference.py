"""The difference to an earlier bundle: what changed, is new or gone."""

import json
from collections.abc import Callable

import pytest

from hallmark.bundle.difference import Side, difference, lines
from hallmark.bundle.verification import Verified, verify
from tests.support.bundles import FINDING, Made


def _side(found: Verified) -> Side:
    return Side(found.sha256, found.about, found.documents)


@pytest.fixture(scope="module")
def sides(maker: Callable[..., Made], data: bytes) -> tuple[Side, Side]:
    return _side(verify(maker(RT_FAILED=(), RT_PROVED=(FINDING,)).zip())), _side(verify(data))


def test_nothing(data: bytes) -> None:
    side = _side(verify(data))
    found = difference(side, side)
    assert not any(found[key] for key in found if key not in ("earlier", "later"))
    assert "verdicts that changed: 0" in list(lines(found))


def test_verdicts_and_findings(sides: tuple[Side, Side]) -> None:
    found = difference(*sides)
    assert found["changed"] == [
        {"control": "RT_FAILED", "from": "Proved by template", "to": "Failed"},
        {"control": "RT_PROVED", "from": "Failed", "to": "Proved by template"},
    ]
    assert [one["control"] for one in found["findings_new"]] == ["RT_FAILED"]
    assert [one["control"] for one in found["findings_gone"]] == ["RT_PROVED"]
    assert found["earlier"]["uncommitted"] == "b" * 64
    text = "\n".join(lines(found))
    assert "  RT_FAILED: Proved by template -> Failed" in text
    assert "findings that are new: 1" in text
    assert "found nothing, wanted a retry policy" in text


def test_controls_tools_and_waivers(data: bytes) -> None:
    later = _side(verify(data))
    about, report = json.loads(json.dumps(later.about)), json.loads(json.dumps(later.reports["realtime"]))
    report["controls"][0]["id"] = "RT_EARLIER"
    report["waivers"][0]["rule"] = "RT_OTHER"
    about["tools"]["realtime/policies"]["aws-cdk-lib"] = "2.1.0"
    about["judge"]["hallmark"] = "0.0.1"
    found = difference(Side("", about, {"realtime": report}), later)
    assert [one["control"] for one in found["controls_new"]] == [later.reports["realtime"]["controls"][0]["id"]]
    assert [one["control"] for one in found["controls_gone"]] == ["RT_EARLIER"]
    assert [(one["tool"], one["from"]) for one in found["tools"]] == [("hallmark", "0.0.1"), ("aws-cdk-lib", "2.1.0")]
    assert [one["rule"] for one in found["waivers_new"]] == ["RT_WAIVED"]
    assert [one["rule"] for one in found["waivers_ended"]] == ["RT_OTHER"]
    assert found["waivers_new"][0]["text"].startswith("The specification forbids it (until 2027-01-31")
    assert any(line.startswith("  realtime/policies aws-cdk-lib: 2.1.0 -> ") for line in lines(found))
