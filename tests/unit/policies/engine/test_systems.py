"""A template belongs to the system of its mark, else to the one of most names; nothing is judged as another's."""

from typing import Any

import pytest

from policies.engine.systems import NoSystem, system_of
from policies.engine.template.template import Template


def _named(*names: str, mark: dict[str, str] | None = None) -> dict[str, Any]:
    queues = {f"Q{at}": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}} for at, name in enumerate(names)}
    logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/realtime-f-dev"}}
    return {"Metadata": {"Hallmark": mark or {}}, "Resources": {**queues, "Logs": logs}}


@pytest.mark.parametrize(
    ("document", "wanted", "system"),
    [
        (_named("x", "y", mark={"System": "realtime"}), None, "realtime"),
        (_named("realtime-a-dev", "other"), None, "realtime"),
        (_named("s3-realtime-a-111122223333-prod", "other"), None, "realtime"),
        (_named("realtime-a-dev-111122223333", "other"), "realtime", "realtime"),
        (_named("x", "y", mark={"System": "account"}), "realtime", "realtime"),
        (_named("x", "y"), "realtime", "realtime"),
    ],
)
def test_the_mark_says_the_system_or_else_most_names_or_else_the_option(
    document: dict[str, Any], wanted: str | None, system: str
) -> None:
    assert system_of(Template(document), wanted) == system


@pytest.mark.parametrize(
    ("document", "wanted", "problem"),
    [
        (_named("x", "realtimes-a-dev"), None, "its system cannot be resolved: add Metadata.Hallmark.System"),
        (_named("realtime-a-test", "realtime-b"), None, "its system cannot be resolved: add Metadata.Hallmark.System"),
        (_named("realtime-a-dev"), "other", "it belongs to realtime, not to other"),
        (_named("realtime-a-dev", mark={"System": "realtme"}), None, "its system, realtme, has no controls of its own"),
    ],
)
def test_a_template_whose_system_cannot_be_resolved_is_not_judged(
    document: dict[str, Any], wanted: str | None, problem: str
) -> None:
    with pytest.raises(NoSystem, match=problem):
        system_of(Template(document), wanted)
