"""The verdicts, and what a proved one rests on: the emulator, AWS, or the templates alone."""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from hallmark.evidence import Fidelity, Kind
from hallmark.fidelity import Behaviour

Verdict = Literal["failed", "unproven", "needs-aws", "waived", "proved"]
# Weakest first: one proof from the emulator decides, and a template's proof rests on no stage, so it weakens none.
Ground = Literal["emulator", "aws", "template"]
Standing = Literal[
    "failed", "unproven", "needs-aws", "waived", "proved-on-emulator", "proved-by-template", "proved-on-aws"
]
GROUNDS: tuple[Ground, ...] = get_args(Ground)
# A control's verdict is the worst of its kinds of proof; reports list controls in this order.
WORST_FIRST: tuple[Verdict, ...] = ("failed", "unproven", "needs-aws", "waived", "proved")
STANDINGS: tuple[Standing, ...] = get_args(Standing)
LABELS: Mapping[Verdict | Standing, str] = {
    "failed": "Failed",
    "unproven": "Unproven",
    "needs-aws": "Needs AWS",
    "waived": "Waived",
    "proved": "Proved",
    "proved-on-aws": "Proved on AWS",
    "proved-on-emulator": "Proved on the emulator",
    "proved-by-template": "Proved by template",
}
_PROVED: Mapping[Ground | None, Standing] = {
    "aws": "proved-on-aws",
    "emulator": "proved-on-emulator",
    "template": "proved-by-template",
}
_WORST_FIDELITY: tuple[Fidelity, ...] = ("absent", "extended", "native")


def of(verdict: Verdict, ground: Ground | None) -> Standing:
    """Return a verdict with its ground; KeyError for a proved one without."""
    return _PROVED[ground] if verdict == "proved" else verdict


def weakest(grounds: Iterable[Ground | None]) -> Ground | None:
    """Return the ground that decides; None without any."""
    return min((ground for ground in grounds if ground), key=GROUNDS.index, default=None)


def is_about(behaviour: Behaviour, kind: Kind) -> bool:
    """Return whether a kind of proof rests on such a behaviour: what a stage does also carries a load proof."""
    return ("behaviour" if kind == "load" else kind) == behaviour.proof


def is_limit(behaviour: Behaviour) -> bool:
    """Return whether the emulator is known to differ from AWS in a behaviour."""
    return bool(behaviour.limit) or behaviour.fidelity == "absent"


def worst_first(behaviour: Behaviour) -> int:
    """Return the place of a behaviour in a list that begins with what is absent."""
    return _WORST_FIDELITY.index(behaviour.fidelity)


def counted(counts: Mapping[Standing, int]) -> str:
    """Return counts in one line, without zeros, such as `1 needs AWS, 43 proved on the emulator`."""
    texts = (f"{count} {label(one)}" for one, count in counts.items() if count)
    return ", ".join(texts) or "none"


def label(standing: Verdict | Standing) -> str:
    """Return the label within a sentence."""
    text = LABELS[standing]
    return text[0].lower() + text[1:]
