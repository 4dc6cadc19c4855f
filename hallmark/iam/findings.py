"""The findings of a comparison of uses and grants."""

from collections.abc import Iterator
from pathlib import Path

from hallmark.evidence import ToolFinding
from hallmark.evidence.record import label_of
from hallmark.iam.comparison import Comparison, compare
from hallmark.iam.grants import grants_of
from hallmark.iam.usage import Usage, record_of
from hallmark.synthesized import Synthesized, by_stage, house_templates, templates
from infra.systems import system_of

TOOL = "iam"
_API = "AWS::ApiGateway::RestApi"


def compared(usage: Usage) -> Comparison:
    """Return the comparison of a run's uses with the grants of the system's templates.

    A system with an API also uses its region's account's role, which writes the logs of APIs.
    """
    own = templates(usage.system)
    has_api = any(_API in {resource["Type"] for resource in one.body["Resources"].values()} for one in own)
    house = [[one] for one in house_templates(system_of(usage.system).region)] if has_api else []
    about = [*house, *by_stage(own).values()]
    return compare([grant for stage in about for grant in grants_of(stage, usage.account)], usage)


def unused(comparison: Comparison, stage: str) -> Iterator[tuple[Synthesized, ToolFinding]]:
    """Yield a finding, which a waiver may cover, for each unused grant of the tested stage."""
    for grant in (grant for grant, times in comparison.of_stage(stage) if not times):
        line = grant.template.line_of(grant.logical_id)
        message = f"{grant.role} grants {grant.action} on {grant.resource} and never uses it"
        yield grant.template, ToolFinding(TOOL, grant.action, grant.logical_id, grant.template.label, line, message)


def not_granted(comparison: Comparison, system: str) -> Iterator[ToolFinding]:
    """Yield a finding, which no waiver covers, for each use without a grant."""
    place = label_of(judged_record_of(system))
    for use, times in comparison.not_granted:
        message = f"{use.role} needs {use.action} on {use.resource} ({times} times) and has no grant for it"
        yield ToolFinding(TOOL, use.action, use.role, place, 1, message)


def judged_record_of(system: str) -> Path:
    """Return the file with the record that the gate judged: a later run of tests replaces the other."""
    return record_of(system).with_suffix(".judged.jsonl")
