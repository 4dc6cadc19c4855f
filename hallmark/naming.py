"""Short names, such as `geo-anomaly` for `<system>-geo-anomaly-dev`, and the test whether a name is a stage's.

A name is `[{type}-]{slug}-{thing}-{stage}`, with the account's number before or after the stage for global names.
The type is one word, so a slug that ends with another system's slug is not mistaken for it.
"""

import re
from collections.abc import Sequence

from hallmark.stage import Stage
from infra.names import Names
from infra.systems import NAMES

# AWS's prefixes of log groups, before the resource's name.
_LOG_GROUP = re.compile(r"^/aws/(?:vendedlogs/)?[a-z0-9-]+/")


def physical(stage: Stage, thing: str, kind: str = "") -> str:
    """Return the physical name of a thing of the stage; `kind` if the system's names contain it (infra.names)."""
    return Names(stage.system, stage.name).of(thing, kind)


def thing(stage: Stage, name: str) -> str | None:
    """Return the short name of a physical name; None when it is not the stage's."""
    return thing_of(stage.system, stage.name, name)


def thing_of(system: str, stage: str, name: str, systems: Sequence[str] = NAMES) -> str | None:
    """Return the short name of a physical name; None when it is not this stage's.

    A name that fits two systems, one of whose slugs ends with the other's, belongs to the longer slug.
    """
    found = _thing(system, stage, name)
    longer = (other for other in systems if len(other) > len(system) and _thing(other, stage, name) is not None)
    return None if found is None or any(longer) else found


def is_of(stage: Stage, name: str) -> bool:
    """Return whether a name has the stage's form, or is one that CloudFormation derives from one of its stacks."""
    named = _LOG_GROUP.sub("", name.lower())
    return thing(stage, named) is not None or named.startswith(tuple(f"{stack}-" for stack in stage.stacks))


def _thing(system: str, stage: str, name: str) -> str | None:
    slug, account = re.escape(system.replace("_", "-")), "(?:-[0-9]{12})?"
    form = rf"(?:[a-z0-9]+-)?{slug}-(.+?){account}-{re.escape(stage)}{account}"
    found = re.fullmatch(form, _LOG_GROUP.sub("", name))
    return found[1] if found else None
