"""The table of what takes tags says what CloudFormation's own schemas say, as cfn-lint brings them."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from policies.engine.services.tagging import TAGGED, TAGGED_BY_KEY, UNTAGGED

# Of CloudFormation's own, and of the CDK's: no schema of a service.
OUTSIDE = {"AWS::CDK::Metadata", "AWS::CloudFormation::WaitCondition", "AWS::CloudFormation::WaitConditionHandle"}


def _schemas() -> Path:
    # Found, not imported: that would take a second.
    spec = find_spec("cfnlint")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "data" / "schemas"


def _says(schema: Any) -> str:
    """Where a schema puts a type."""
    tagging = schema.get("tagging", {})
    if not tagging.get("taggable", schema.get("taggable")):
        return "untagged"
    assert tagging["tagProperty"] == "/properties/Tags"
    return "by key" if schema["properties"]["Tags"].get("type") == "object" else "tagged"


def test_no_type_stands_twice() -> None:
    assert len(TAGGED | TAGGED_BY_KEY | UNTAGGED) == len(TAGGED) + len(TAGGED_BY_KEY) + len(UNTAGGED)


def test_a_type_takes_tags_as_its_schema_says() -> None:
    folder = _schemas()
    files = json.loads((folder / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    ours = {"tagged": TAGGED, "by key": TAGGED_BY_KEY, "untagged": UNTAGGED - OUTSIDE}
    wanted = {kind: where for where, kinds in ours.items() for kind in kinds}
    said = {
        kind: _says(json.loads((folder / "resources" / f"{files[kind]}.json").read_text(encoding="utf-8")))
        for kind in wanted
    }
    assert said == wanted
