"""Things by their short names: `geo-anomaly` for `<system>-geo-anomaly-dev`, and which names are a stage's.

A name is `[{type}-]{slug}-{thing}-{stage}`, with the account's number before or after the stage where all accounts
share the names. The type is one word, so a slug that ends with another system's is not mistaken for it.
"""

import re
from collections.abc import Sequence

from hallmark.stage import Stage
from infra.names import Names
from infra.systems import NAMES

# What AWS puts before the name of the resource whose log group it is.
_LOG_GROUP = re.compile(r"^/aws/(?:vendedlogs/)?[a-z0-9-]+/")


def physical(stage: Stage, thing: str, kind: str = "") -> str:
    """Return the physical name of a thing of the stage; `kind` where the system's names say it (infra.names)."""
    return Names(stage.system, stage.name).of(thing, kind)


def thing(stage: Stage, name: str) -> str | None:
    """Return the short name behind a physical name; None when it is not one of the stage's."""
    return thing_of(stage.system, stage.name, name)


def thing_of(system: str, stage: str, name: str, systems: Sequence[str] = NAMES) -> str | None:
    """Return the short name behind a physical name; None when it is not one of this stage of the system.

    Where a name fits two systems, of which one is called like the end of the other, it is the longer one's.
    """
    found = _thing(system, stage, name)
    longer = (other for other in systems if len(other) > len(system) and _thing(other, stage, name) is not None)
    return None if found is None or any(longer) else found


def is_of(stage: Stage, name: str) -> bool:
    """Whether a name has the form of the stage's, or of what CloudFormation names after one of its stacks."""
    named = _LOG_GROUP.sub("", name.lower())
    return thing(stage, named) is not None or named.startswith(tuple(f"{stack}-" for stack in stage.stacks))


def _thing(system: str, stage: str, name: str) -> str | None:
    slug, account = re.escape(system.replace("_", "-")), "(?:-[0-9]{12})?"
    form = rf"(?:[a-z0-9]+-)?{slug}-(.+?){account}-{re.escape(stage)}{account}"
    found = re.fullmatch(form, _LOG_GROUP.sub("", name))
    return found[1] if found else None
