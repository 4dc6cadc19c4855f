"""What surrounds a deployment: code that was not built is refused or put back, and in the end the stage is compared."""

from collections.abc import Sequence

from rich.console import Console

from hallmark import built_code
from hallmark.observe.comparison import compare
from hallmark.observe.render import text
from hallmark.stage.deployed import DeployedStage
from hallmark.terminal import announce, err, out


def _print(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def has_foreign_code(stages: Sequence[DeployedStage]) -> bool:
    """Print the functions whose code was not built, and what to do; return whether there are any.

    A deployment would leave it, and publish it with the next version, which CloudFormation refuses then.
    """
    found = [(stage, one) for stage in stages for one in built_code.foreign(stage)]
    for stage, one in found:
        _print(
            err,
            f"{stage.system} {stage.name}: the code of {one.function} is not the one that was built "
            f"(SHA-256 {one.code_sha256}), so nothing is deployed. Look at it with "
            f"`aws lambda get-function --function-name {one.function} --region {stage.region}`; "
            f"`{stage.up_command} --repair` puts the built code back and deploys",
        )
    return bool(found)


def put_code_back(stages: Sequence[DeployedStage]) -> None:
    """Put the built code back where it was changed, before a deployment."""
    for stage in stages:
        for one in built_code.foreign(stage, renamed=True):
            announce(f"put the built code of {one.function} back, instead of {one.code_sha256}")
            built_code.put_back(stage, one)


def move_aliases_back(stages: Sequence[DeployedStage]) -> None:
    """Let aliases serve the versions of their templates again, after a deployment."""
    for stage in stages:
        for one in built_code.moved(stage):
            announce(f"let {one.function}:{one.alias} serve version {one.version} again, instead of {one.found}")
            built_code.move_back(stage, one)


def is_as_declared(stage: DeployedStage) -> bool:
    """Compare a stage with its templates, print the result, and return whether they agree."""
    announce(f"compare {stage.system} {stage.name} with its templates")
    found = compare(stage)
    if found.differences:
        _print(out, f"{stage.system} {stage.name} is not as its templates say:", *text(found.differences))
        return False
    compared = f"{len(found.observed['Resources'])} resources compared, `hallmark drift` lists what is not read"
    _print(err, f"{stage.system} {stage.name} is as its templates say: {compared}")
    return True
