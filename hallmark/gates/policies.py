"""The gate policies: `python -m hallmark.gates.policies` judges every system's templates by its controls' policies."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from hallmark import catalogue, policies
from hallmark.build import build
from hallmark.evidence import Finding, Proof
from hallmark.evidence.recorder import recorded
from hallmark.gates.running import control_waivers
from hallmark.gates.running.waived import exit_code
from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, all_templates
from infra.errors import UserError

GATE = "policies"


def proofs(template: Synthesized, system: str, kind: Literal["template", "observed"] = "template") -> Iterator[Proof]:
    """Yield what each policy says about the template whose control asks for this kind of proof."""
    assert template.stage is not None
    digest = sha256(template.path)
    asking = {control.id for control in catalogue.load(system).controls if control.asks_for(kind)}
    for judged in policies.judge(template.body, system, template.stage):
        if judged["id"] in asking:
            findings = tuple(_finding(item) for item in judged["findings"])
            outcome = control_waivers.outcome(template, judged["id"], findings)
            yield Proof(judged["id"], kind, outcome, template.label, digest, template.stage, findings=findings)


def show(gate: str, judgements: Sequence[Proof]) -> None:
    """Print each finding in one line, what is waived as that, and how many there are."""
    findings, waived = control_waivers.tell(judgements)
    print(f"{gate}: {len(judgements)} judgements, {findings} findings, {waived} waived")


def _finding(item: dict[str, Any]) -> Finding:
    return Finding(**{name: str(item.get(name) or "") for name in ("resource", "path", "found", "wanted", "fix")})


def main() -> int:
    """Run the gate; 1 for a finding, 2 for policies that cannot be used."""
    try:
        build()
        with recorded(GATE) as record:
            for template in (template for template in all_templates() if template.stage):
                record.proofs.extend(proofs(template, str(template.system)))
            show(GATE, record.proofs)
    except UserError as error:
        return exit_code(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    sys.exit(main())
