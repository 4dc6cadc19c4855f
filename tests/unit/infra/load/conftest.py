"""The load stack's template, read from build/cdk.optional, its references resolved to names and ARNs."""

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[4]
OPTIONAL = ROOT / "build" / "cdk.optional"
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::URLSuffix": "amazonaws.com",
}


def resolved(value: Any) -> Any:
    """Joins become text; what only CloudFormation knows becomes `${LogicalId}` or `${LogicalId.Attribute}`."""
    if isinstance(value, list):
        return [resolved(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return PSEUDO.get(value["Ref"], f"${{{value['Ref']}}}")
    if set(value) == {"Fn::GetAtt"}:
        return f"${{{'.'.join(value['Fn::GetAtt'])}}}"
    if set(value) == {"Fn::Join"}:
        separator, parts = value["Fn::Join"]
        return separator.join(resolved(parts))
    if set(value) == {"Fn::Sub"}:
        text = value["Fn::Sub"]
        for name, found in PSEUDO.items():
            text = text.replace(f"${{{name}}}", found)
        return text
    return {key: resolved(item) for key, item in value.items()}


@pytest.fixture(scope="session")
def read_optional():
    def read(stack: str) -> dict[str, Any]:
        file = OPTIONAL / f"{stack}.template.json"
        if not file.is_file():
            pytest.fail(f"{file.relative_to(ROOT)} is missing: run `python -m hallmark build`", pytrace=False)
        return json.loads(file.read_text(encoding="utf-8"))

    return read


@pytest.fixture(scope="session")
def of_type(read_optional):
    """The properties of every resource of a type, by logical id."""
    resources = read_optional("hallmark-load-dev")["Resources"]

    def find(kind: str) -> dict[str, dict[str, Any]]:
        found = {key: resolved(item.get("Properties", {})) for key, item in resources.items() if item["Type"] == kind}
        assert found, f"no {kind}"
        return found

    return find
