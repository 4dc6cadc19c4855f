"""Rights that this tree declares for roles of other stages and systems: whose stage is read back shows them.

Some rights of AWS have no resource, such as those to deliver a workflow's logs, so that every stage's may mean ours.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from hallmark.observe.deployment import ID, Deployment, Json
from hallmark.observe.readers.roles import ROLE
from hallmark.revision import template_files
from hallmark.synthesized import Synthesized, by_stage
from hallmark.together import of_stage
from policies.engine.iam.identities import role_statements
from policies.engine.template.template import Template, with_mark

_ANY_ID = re.compile(rf"\$\{{[^}}]*\}}|{ID}")


def declared_rights(deployment: Deployment) -> dict[str, set[str]]:
    """Return the statements of roles that other stages of the synthesized assembly declare, by the roles' names."""
    found: dict[str, set[str]] = {}
    for template in _others(deployment):
        for role in template.of_type(ROLE):
            statements = {canonical(template.resolve(one.raw)) for one in role_statements(template, role)}
            found.setdefault(template.name(role), set()).update(statements)
    return found


def _others(deployment: Deployment) -> Iterator[Template]:
    marked = [one for one in map(Synthesized, template_files().values()) if one.system and one.stage]
    for system in sorted({str(one.system) for one in marked}):
        for stage, own in by_stage(one for one in marked if one.system == system).items():
            if (system, stage) != (deployment.stage.system, deployment.stage.name):
                yield Template(with_mark(of_stage(own).document, Account=deployment.account))


def canonical(statement: Any) -> str:
    """Return a statement as a text that is the same however IAM writes it: a list of one is its element.

    An id that EC2 makes up is any: a template has a reference in its place.
    """
    items = statement.items() if isinstance(statement, dict) else ()
    return _ANY_ID.sub("?", json.dumps({key: _listed(value) for key, value in items}, sort_keys=True, default=str))


def _listed(value: Json | Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return sorted(map(str, value)) if isinstance(value, list) else [str(value)]
