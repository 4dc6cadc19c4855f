"""The commands that produce missing proofs: by kind and target, and by gate.

`{system}` stands for the system's name.
"""

from collections.abc import Mapping, Sequence

from hallmark.evidence import Kind
from hallmark.evidence.expected import OF_SYSTEMS, OF_THE_HOUSE, SCENARIOS
from infra.systems import SYSTEM_VARIABLE

PROVING: Mapping[Kind, tuple[str, ...]] = {
    "template": ("tox -e policies",),
    "observed": ("tox -e observed",),
    "behaviour": ("tox -e integration",),
    "load": ("tox -e load",),
}
_UP = "hallmark up --system {system} --target aws --stage dev"
_AWS = f"{SYSTEM_VARIABLE}={{system}} HALLMARK_TARGET=aws HALLMARK_STAGE=dev"
# For behaviours that the embedded stage lacks: deploy to an account first.
PROVING_ON_AWS: Mapping[Kind, tuple[str, ...]] = {
    "template": PROVING["template"],
    "observed": (_UP, f"{_AWS} tox -e observed"),
    "behaviour": (_UP, f"{_AWS} tox -e integration -- --numprocesses 0"),
    "load": (_UP, "python -m hallmark.gates.load steady --system {system} --target aws --stage dev"),
}
# The environment of tox.ini that runs a gate.
ENVIRONMENTS = {name: name for name in (*OF_THE_HOUSE, *OF_SYSTEMS, *SCENARIOS)} | {"transactions": "hallmark"}


def proving(kind: Kind, system: str, on_aws: bool = False) -> tuple[str, ...]:
    """Return the commands, one after the other, that produce a kind of proof of a system."""
    return tuple(command.format(system=system) for command in (PROVING_ON_AWS if on_aws else PROVING)[kind])


def running(gates: Sequence[str]) -> str | None:
    """Return the command that runs these gates; None if one of them has no environment of ours."""
    if not set(gates) <= set(ENVIRONMENTS):
        return None
    return f"tox -e {','.join(ENVIRONMENTS[gate] for gate in gates)}"
