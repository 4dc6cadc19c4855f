"""Each row of the tables of relations is read by the policies that ask for it."""

from typing import Any

import pytest

from policies.engine.kinds import METHOD, RULE
from policies.engine.relations.callers import CALLERS
from policies.engine.relations.holders import DOCUMENTS, HOLDERS
from policies.engine.relations.passing import LOGS, PASSING
from tests.unit.policies.edited import Edited

DETECTOR = {"Fn::GetAtt": ["FunctionsfrauddetectorFunction788AC1F5", "Arn"]}
KEPT = {"Fn::GetAtt": ["Kept", "Arn"]}
# A key for `*`: of triggers, of destinations.
ANY = "Any"
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "any:Thing", "Resource": "*"}


def placed(path: str, value: Any) -> dict[str, Any]:
    """Properties with a value at a path."""
    for step in reversed(path.split(".")):
        value = {step.removesuffix("[]").replace("*", ANY): [value] if step.endswith("[]") else value}
    return dict(value)


def merged(one: Any, other: Any) -> Any:
    """Properties of two paths, which may meet in an object or in the first item of a list."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: merged(one.get(key), other.get(key)) for key in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [merged(one[0], other[0])]
    return other if one is None else one


CALLS = [(kind, one.path) for kind, callers in CALLERS.items() for one in callers if kind not in (RULE, METHOD)]


@pytest.mark.parametrize(("kind", "path"), CALLS)
def test_a_call_of_the_latest_code_is_seen(edited: Edited, kind: str, path: str) -> None:
    edited.resources["Later"] = {"Type": kind, "Properties": placed(path, DETECTOR)}
    place = path.replace("[]", "[0]").replace("*", ANY)
    assert ("Later", place) in edited.findings("RT_FN_PROVISIONED")


# Over whatever else it passes: a rule is on a bus, and what follows is a target.
PASSED = [
    (kind, source, target)
    for kind, one in PASSING.items()
    for source in one.sources
    for target in one.targets
    if source != LOGS and kind not in (RULE, "AWS::Lambda::EventInvokeConfig")
]


@pytest.mark.parametrize(("kind", "source", "target"), PASSED)
def test_what_passes_on_is_followed(edited: Edited, kind: str, source: str, target: str) -> None:
    edited.rule("record")["Targets"].append({"Id": "kept", "Arn": KEPT})
    edited.resources["Kept"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "kept-dev"}}
    value = {"Ref": "Kept"} if "Name" in source else KEPT
    properties = merged(placed(target, DETECTOR), placed(source, value))
    edited.resources["Later"] = {"Type": kind, "Properties": properties}
    place = target.replace("[]", "[0]").replace("*", ANY)
    assert edited.findings("RT_FN_THREE") == [("Later", place)]


@pytest.mark.parametrize("kind", [kind for kind, holder in HOLDERS.items() if not holder.adds])
def test_two_policies_of_which_one_is_kept_are_reported(edited: Edited, kind: str) -> None:
    holder = HOLDERS[kind]
    on = edited.name(holder.kinds[0]) if holder.kinds else "Kept"
    edited.resources.setdefault("Kept", {"Type": "AWS::Unheard::Of", "Properties": {}})
    names: Any = {"Ref": on} if holder.names not in ("ResourceArn",) else {"Fn::GetAtt": [on, "Arn"]}
    properties = {holder.names: [names] if holder.names in ("Queues", "Topics") else names, "PolicyDocument": {}}
    edited.resources.update({one: {"Type": kind, "Properties": properties} for one in ("First", "Second")})
    assert (on, "") in edited.findings("RT_IAM_LEAST")


@pytest.mark.parametrize("key", sorted(DOCUMENTS))
def test_a_document_of_any_name_is_judged(edited: Edited, key: str) -> None:
    edited.resources["Later"] = {"Type": "AWS::Unheard::Of", "Properties": {key: {"Statement": [OPEN]}}}
    assert ("Later", f"{key}.Statement[0].Principal") in edited.findings("RT_IAM_LEAST")
    edited.resources["Later"]["Properties"] = {key: {"Fn::ImportValue": "policy"}}
    assert ("Later", f"{key}.Principal") in edited.findings("RT_IAM_LEAST")
