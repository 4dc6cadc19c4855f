"""Which system a template belongs to: what its mark says, else what most of its physical names say."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from policies.engine.catalogue import CONTROLS, Catalogue, catalogues
from policies.engine.kinds import ALIAS, API_STAGE
from policies.engine.template.identity import FORMS
from policies.engine.template.template import Template, with_mark

# The marks of stacks beside the systems, which have no controls.
SHARED = frozenset({"account", "load"})
# Aliases and API stages are named among their own kind only.
_UNNAMED = (API_STAGE, ALIAS)
_LOG_GROUP = re.compile(r"^/aws/[a-z]+/")


class NoSystem(Exception):
    """The system of a template cannot be resolved; the message is one line."""


def system_of(template: Template, wanted: str | None = None) -> str:
    """Return the system with controls that a template belongs to; `wanted` if neither mark nor names say it.

    Raise NoSystem, also for a template that belongs to another system than the wanted one.
    """
    known = catalogues()
    found = template.system or _named(template, known.values())
    if found in known:
        if wanted not in (None, found):
            raise NoSystem(f"it belongs to {found}, not to {wanted}")
        return found
    if wanted:
        return wanted
    if found:
        raise NoSystem(f"its system, {found}, has no controls of its own; cfn-lint and checkov judge it. Leave it out")
    raise NoSystem("its system cannot be resolved: add Metadata.Hallmark.System")


def _named(template: Template, known: Iterable[Catalogue]) -> str:
    """Return the system that more than half of the physical names begin with, or an empty text."""
    names = [template.name(resource) for resource in template.of_type(*FORMS) if resource.type not in _UNNAMED]
    written = [_LOG_GROUP.sub("", name) for name in names if not name.startswith("${")]
    # The longest slug first: `a-b` may also stand for a resource type and the system `b`.
    forms = [(one.system, _form(one)) for one in sorted(known, key=lambda one: -len(one.slug))]
    votes = Counter(next((system for system, form in forms if form.match(name)), "") for name in written)
    return next((system for system, count in votes.items() if count * 2 > len(written)), "")


def _form(catalogue: Catalogue) -> re.Pattern[str]:
    """Return the pattern `[{type}-]{slug}-...-{stage}`; an account's number may precede or follow the stage."""
    stages = "|".join(map(re.escape, catalogue.stages))
    account = r"(?:\d{12}|\$\{AccountId\})"
    return re.compile(rf"(?:[a-z0-9]+-)?{re.escape(catalogue.slug)}-(?:.+-)?(?:{stages})(?:-{account})?(?:\.fifo)?$")


def placed(document: Mapping[str, Any], system: str, folder: Path = CONTROLS) -> dict[str, Any]:
    """Return the template with its system and the system's region in its mark, where the mark does not say them."""
    catalogue = catalogues(folder).get(system)
    return with_mark(document, System=system, Region=catalogue.region) if catalogue else dict(document)
