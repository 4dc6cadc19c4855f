"""The grants of a template's roles: one for each action on each resource of each statement."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hallmark.iam.usage import Use
from hallmark.synthesized import Synthesized
from hallmark.together import of_stage
from infra.systems import NAMES, REGIONS, system_of
from policies.engine.iam.identities import role_statements
from policies.engine.kinds import TABLES
from policies.engine.services.storage import stream_of
from policies.engine.template.template import Template, with_mark

_REFERENCE = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True)
class Grant:
    """An action on an ARN pattern that a role of a template allows; `sid` names the statement."""

    template: Synthesized
    logical_id: str
    role: str
    sid: str
    action: str
    resource: str

    def covers(self, use: Use) -> bool:
        """Return whether the grant covers a use: `*` and `?` of the resource match as in IAM.

        Conditions are not evaluated again: the recorder did.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
        """
        same_action = self.action.lower() == use.action.lower()
        return same_action and self.role == use.role and bool(_pattern(self.resource).fullmatch(use.resource))


def _pattern(resource: str) -> re.Pattern[str]:
    # An id that a service makes up is known after deployment only.
    resource = _REFERENCE.sub("*", resource)
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(letter) or re.escape(letter) for letter in resource))


def grants_of(stage: Sequence[Synthesized], account: str) -> Iterator[Grant]:
    """Yield the grants of every role of a stage's templates as they are deployed in an account."""
    # Stacks beside the systems are in the first region, unless their mark says another.
    system, whole = str(stage[0].system), of_stage(stage)
    region = system_of(system).region if system in NAMES else REGIONS[0]
    template = Template(with_mark(whole.document, Account=account, Region=region))
    files = {one.label: one for one in stage}
    streams = dict(_streams(template))
    for role in template.of_type("AWS::IAM::Role"):
        name, (label, own, _) = template.name(role), whole.place(role.logical_id)
        for statement in role_statements(template, role):
            if statement.allows:
                sid = str(statement.raw.get("Sid", ""))
                for action in statement.actions:
                    for resource in map(str, statement.resources):
                        arn = streams.get(resource, resource)
                        yield Grant(files[label], own, name, sid, str(action), arn)


def _streams(template: Template) -> Iterator[tuple[str, str]]:
    """Yield the stream of each table as the template writes it, and the ARN, which ends with the time of its start."""
    for table in template.of_type(*TABLES):
        written, arn = stream_of(template, table), template.arn(table)
        if written is not None and arn is not None:
            yield written, f"{arn}/stream/*"
