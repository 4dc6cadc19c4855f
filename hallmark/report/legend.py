"""The meaning of the report's words, once for all formats."""

from collections.abc import Mapping

from hallmark.evidence import Fidelity
from hallmark.fidelity import Behaviour
from hallmark.report.markup import Section, cell
from hallmark.report.standing import LABELS, Standing

STANDINGS: Mapping[Standing, str] = {
    "proved-on-aws": "Each proof that needs a stage was made on a stage in an AWS account.",
    "proved-on-emulator": "At least one proof that needs a stage was made on the emulator: the weakest decides. "
    "The limits beside the verdict are what is known to differ from AWS.",
    "proved-by-template": "The control asks for no stage: its policies judged the templates of every stage. "
    "Nothing that is deployed was looked at.",
    "needs-aws": "Only a deployment to an AWS account can make the proof, and none has made it.",
    "waived": "There are findings, and each is covered by a waiver with a reason, an owner and an expiry date.",
    "unproven": "A proof that the control asks for is missing; the run fails.",
    "failed": "A gate found a violation; the run fails.",
}
FIDELITY: Mapping[Fidelity, str] = {
    "native": "The emulator does it by itself as AWS does, but for the limit stated.",
    "extended": "The emulator lacks it, and an extension of this project adds it as AWS documents it, but for the "
    "limit stated.",
    "absent": "The emulator does not do it, so no proof of it comes from there. Where its setting is kept and read "
    "back, that alone is proved.",
}


def words() -> dict[str, dict[str, str]]:
    """Return the whole legend for programs: verdicts by label, and fidelities."""
    return {
        "verdicts": {LABELS[name]: text for name, text in STANDINGS.items()},
        "fidelity": {str(name): text for name, text in FIDELITY.items()},
    }


def limit(behaviour: Behaviour) -> str:
    """Return where the emulator differs from AWS in a behaviour; of an absent one that it is not done."""
    return behaviour.limit or "not done on the emulator"


def sentence(behaviour: Behaviour) -> str:
    """Return a limit as one sentence with its fidelity."""
    return f"{behaviour.behaviour} ({behaviour.fidelity}): {limit(behaviour)}"


def markdown() -> Section:
    """Return the whole legend for a pull request, folded."""
    rows = [f"| {LABELS[name]} | {cell(text)} |" for name, text in STANDINGS.items()]
    rows += [f"| *{name}* | {cell(text)} |" for name, text in FIDELITY.items()]
    return Section("What the verdicts mean", ("| word | meaning |", "| --- | --- |"), rows, folded=True)
