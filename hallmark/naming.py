"""Things by their short names: `geo-anomaly` for `realtime-geo-anomaly-dev`."""

from hallmark.stage import Stage
from infra.names import Names


def physical(stage: Stage, thing: str) -> str:
    """Return the physical name of a thing of the stage."""
    return Names(stage.system, stage.name).of(thing)


def thing(stage: Stage, name: str) -> str | None:
    """Return the short name behind a physical name; None when it is not one of the stage's."""
    before, after = physical(stage, "/").split("/")
    if not (name.startswith(before) and name.endswith(after)):
        return None
    return name.removeprefix(before).removesuffix(after)
