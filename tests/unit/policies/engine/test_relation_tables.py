"""The tables of relations say what CloudFormation's own schemas say, as cfn-lint brings them."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from policies.engine.opaque import OPAQUE
from policies.engine.relations.callers import CALLERS
from policies.engine.relations.holders import DOCUMENTS, HOLDERS, ON_ITSELF, OTHER_DOCUMENTS
from policies.engine.relations.passing import LOGS, PASSING

# Objects whose keys the schemas leave open, and JSON in texts.
OPEN = {
    ("AWS::CodePipeline::Pipeline", "Stages[].Actions[].Configuration.FunctionName"),
    ("AWS::Lex::Bot", "BotAliasLocaleSettings[].BotAliasLocaleSetting.CodeHookSpecification.LambdaCodeHook.LambdaArn"),
    (
        "AWS::Lex::BotAlias",
        "TestBotAliasSettings.BotAliasLocaleSettings[].BotAliasLocaleSetting.CodeHookSpecification"
        ".LambdaCodeHook.LambdaArn",
    ),
    ("AWS::Logs::AccountPolicy", "PolicyDocument.DestinationArn"),
    ("AWS::SQS::Queue", "RedrivePolicy.deadLetterTargetArn"),
    ("AWS::SNS::Subscription", "RedrivePolicy.deadLetterTargetArn"),
}
# Types of another language than CloudFormation's own schemas.
OUTSIDE = {"AWS::Serverless::Application"}


@cache
def schemas() -> dict[str, Path]:
    """The file of each type's schema, in any of the regions: not every service is in all."""
    # Found, not imported: that would take a second.
    spec = find_spec("cfnlint")
    assert spec
    assert spec.origin
    folder = Path(spec.origin).parent / "data" / "schemas"
    found: dict[str, Path] = {}
    for region in ("ca-central-1", "eu-central-1", "eu-west-1", "us-west-2", "us-east-1"):
        files = json.loads((folder / "providers" / f"{region}.json").read_text(encoding="utf-8"))
        found.update({kind: folder / "resources" / f"{name}.json" for kind, name in files.items()})
    return found


@cache
def paths_of(kind: str) -> frozenset[str]:
    """Every path of a type's properties, with `[]` for the items of a list."""
    schema = json.loads(schemas()[kind].read_text(encoding="utf-8"))
    return frozenset(_paths(schema, {"properties": schema["properties"]}, "", frozenset()))


def _paths(schema: Any, node: Any, path: str, seen: frozenset[str]) -> Iterator[str]:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from _paths(schema, schema["definitions"].get(name, {}), path, seen | {name})
        return
    for key, item in node.get("properties", {}).items():
        place = f"{path}.{key}".lstrip(".")
        yield place
        yield from _paths(schema, item, place, seen)
    if isinstance(node.get("items"), dict):
        yield f"{path}[]"
        yield from _paths(schema, node["items"], f"{path}[]", seen)
    for word in ("anyOf", "oneOf", "allOf"):
        for item in node.get(word, []):
            yield from _paths(schema, item, path, seen)


def _exists(kind: str, path: str) -> bool:
    pattern = re.compile(re.escape(path).replace(r"\*", r"[^.\[]+"))
    return (kind, path) in OPEN or any(pattern.fullmatch(one) for one in paths_of(kind))


ROWS = [
    *((kind, caller.path) for kind, callers in CALLERS.items() for caller in callers),
    *((kind, caller.source) for kind, callers in CALLERS.items() for caller in callers if caller.source),
    *((kind, path) for kind, one in PASSING.items() for path in (*one.sources, *one.targets) if path != LOGS),
    *((kind, holder.names) for kind, holder in HOLDERS.items()),
]


@pytest.mark.parametrize(("kind", "path"), [row for row in ROWS if "*" not in row[1]])
def test_a_path_is_one_of_the_schema(kind: str, path: str) -> None:
    assert _exists(kind, path)


def test_every_type_exists() -> None:
    named = {*CALLERS, *PASSING, *HOLDERS, *ON_ITSELF, *(kind for kind, _ in OTHER_DOCUMENTS), *OPAQUE} - OUTSIDE
    assert not named - schemas().keys()


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in OTHER_DOCUMENTS}))
def test_what_is_no_document_is_a_property(kind: str) -> None:
    keys = {path.rpartition(".")[2] for path in paths_of(kind)}
    assert {key for owner, key in OTHER_DOCUMENTS if owner == kind} <= keys & (DOCUMENTS | {"Policies"})
