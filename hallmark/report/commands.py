"""The commands that prove what is not proved yet: by kind of proof and where it is made, and by gate."""

from collections.abc import Mapping, Sequence

from hallmark.evidence import Kind

PROVING: Mapping[Kind, tuple[str, ...]] = {
    "template": ("tox -e policies",),
    "observed": ("tox -e observed",),
    "behaviour": ("tox -e integration",),
    "load": ("tox -e load",),
}
_UP = "hallmark up --target aws --stage dev"
_AWS = "HALLMARK_TARGET=aws HALLMARK_STAGE=dev"
# What the embedded stage does not do: deploy to an account first.
PROVING_ON_AWS: Mapping[Kind, tuple[str, ...]] = {
    "template": PROVING["template"],
    "observed": (_UP, f"{_AWS} tox -e observed"),
    "behaviour": (_UP, f"{_AWS} tox -e integration -- --numprocesses 0"),
    "load": (_UP, "python -m hallmark.gates.load steady --target aws --stage dev"),
}
# Gates that every run must have; a control says nothing of them, so nobody else would miss them.
EXPECTED = (
    "lint",
    "cfn-lint",
    "policies",
    "checkov",
    "mutants",
    "unit",
    "integration",
    "iam",
    "observed",
    "transactions",
    "load",
)
_SCENARIOS = ("burst", "abuse", "anomalies", "soak")
# The environment of tox.ini that runs a gate.
ENVIRONMENTS = {name: name for name in (*EXPECTED, *_SCENARIOS)} | {"transactions": "hallmark"}


def running(gates: Sequence[str]) -> str | None:
    """Return the command that runs these gates; None when one of them is of somebody's own."""
    if not set(gates) <= set(ENVIRONMENTS):
        return None
    return f"tox -e {','.join(ENVIRONMENTS[gate] for gate in gates)}"
