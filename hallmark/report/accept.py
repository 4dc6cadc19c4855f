"""Acceptance of evidence: only that of this commit, this tree and these templates counts."""

from collections.abc import Iterable, Mapping

from hallmark.evidence import Evidence


def refusal(evidence: Evidence, commit: str, templates: Mapping[str, str]) -> str | None:
    """Return why the evidence is refused, in one line; None when it counts.

    Evidence of the house also covers other systems' templates; these are not compared.
    """
    if evidence.commit.partition(" ")[0] != commit.partition(" ")[0]:
        return f"made on commit {evidence.commit[:10]}, this is {commit[:10]}"
    if evidence.commit != commit:
        return "made before files of this checkout were changed or added (`git status` names them)"
    results = (evidence.proofs, evidence.tool_findings, evidence.mutants, evidence.faults, evidence.load)
    if not evidence.templates and not any(results):
        return None  # a gate of the code alone, which may end before the templates are built
    names = {*templates, *evidence.templates} if evidence.system else {*templates}
    other = sorted(name for name in names if templates.get(name) != evidence.templates.get(name))
    return f"made on another template of {other[0]}" if other else None


def sort_out(
    evidence: Iterable[Evidence], commit: str, templates: Mapping[str, str]
) -> tuple[list[Evidence], dict[str, str]]:
    """Return the evidence that counts, and by gate why the rest is refused."""
    counted: list[Evidence] = []
    refused: dict[str, str] = {}
    for item in evidence:
        why = refusal(item, commit, templates)
        if why:
            refused[item.gate] = why
        else:
            counted.append(item)
    return counted, refused
