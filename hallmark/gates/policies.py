"""The gate policies: `python -m hallmark.gates.policies` judges every system's templates by its controls' policies."""

import sys
from collections.abc import Iterator
from typing import Any

from hallmark import policies
from hallmark.errors import UserError
from hallmark.evidence import Finding, Outcome, Proof
from hallmark.gates.recorder import recorded
from hallmark.gates.settle import told
from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, all_templates

GATE = "policies"


def proofs(template: Synthesized, system: str) -> Iterator[Proof]:
    """Yield what each policy of the system says about the template."""
    assert template.stage is not None
    digest = sha256(template.path)
    for judged in policies.judge(template.body, system, template.stage):
        findings = tuple(_finding(item) for item in judged["findings"])
        outcome: Outcome = "passed" if judged["verdict"] == "proved" else "failed"
        yield Proof(judged["id"], "template", outcome, template.label, digest, template.stage, findings=findings)


def _finding(item: dict[str, Any]) -> Finding:
    return Finding(**{name: str(item.get(name) or "") for name in ("resource", "path", "found", "wanted", "fix")})


def main() -> int:
    """Run the gate; 1 for a finding, 2 for policies that cannot be used."""
    try:
        with recorded(GATE) as record:
            for template in (template for template in all_templates() if template.stage):
                record.proofs.extend(proofs(template, str(template.system)))
            failed = [(proof, finding) for proof in record.proofs for finding in proof.findings]
            for proof, finding in failed:
                where = f"{proof.artifact}: {proof.control} {finding.resource} {finding.path}".rstrip()
                print(f"{where}: found {finding.found}; wanted {finding.wanted}. {finding.fix}", file=sys.stderr)
            print(f"policies: {len(record.proofs)} judgements, {len(failed)} findings")
    except UserError as error:
        return told(error)
    return int(record.outcome == "failed")


if __name__ == "__main__":
    sys.exit(main())
