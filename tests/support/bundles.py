"""A small bundle: one system with four controls, evidence of one gate that failed one of them, and all forms."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from securesystemslib.signer import CryptoSigner

from hallmark.bundle import container, content, documents, inside, manifest, statement
from hallmark.bundle.command import sealed
from hallmark.bundle.judged import Within
from hallmark.evidence import Evidence, Finding, Kind, Proof, record
from hallmark.evidence.expected import OF_THE_HOUSE, Asked, expected
from hallmark.evidence.inputs import Inputs
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked as AskedFor
from hallmark.report.model import Control, Report
from hallmark.waivers import Scope, Waiver, Waivers
from infra.systems import SYSTEMS

SYSTEM = SYSTEMS[0]
# The ids of its four controls.
PROVED, FAILED, WAIVED, UNPROVEN = (f"{SYSTEM.prefix}_{one}" for one in ("PROVED", "FAILED", "WAIVED", "UNPROVEN"))
MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEMPLATE = f"build/cdk.out/hallmark-{SYSTEM.slug}-dev.template.json"
FINDING = Finding("RuleA", "Targets[0]", "nothing", "a retry policy", "Set one.", "events/retried")
WAIVERS = f"""waivers:
  - rule: {WAIVED}
    tool: control
    scope: {{resource: RuleA}}
    reason: The specification forbids it
    owner: platform engineering
    expires: 2027-01-31
"""
CONTROLS = f"policies/controls/{SYSTEM.name}.yaml"
CATALOGUE = f"""region: {SYSTEM.region}
stages: [dev]
requirements: 5
controls:
  - {{id: {PROVED}, proofs: [template]}}
  - {{id: {FAILED}, proofs: [template]}}
  - {{id: {WAIVED}, proofs: [template]}}
  - {{id: {UNPROVEN}, proofs: [{{kind: behaviour}}]}}
"""
LOCK = "pyyaml==6.0.3 \\\n    --hash=sha256:" + "1" * 64 + "\n"
NPM = {"packages": {"": {}, "node_modules/@a/b": {"version": "1.2.3", "integrity": "sha512-AAAA", "license": "MIT"}}}
BODY = {
    "Metadata": {"Hallmark": {"System": SYSTEM.name, "Stage": "dev", "Region": SYSTEM.region}},
    "Resources": {"RuleA": {"Type": "AWS::Events::Rule", "Properties": {}}},
}
KINDS: Mapping[str, Kind] = {PROVED: "template", FAILED: "template", WAIVED: "template", UNPROVEN: "behaviour"}


class Made(NamedTuple):
    """The members without those about the others, the reports, and the time of a bundle."""

    members: Mapping[str, bytes]
    reports: Mapping[str, Report]
    moment: datetime

    def zip(self, signer: CryptoSigner | None = None) -> bytes:
        return sealed(self.members, self.reports, self.moment, signer)


def _control(name: str) -> Control:
    return Control(
        id=name,
        title=f"Title of {name}",
        statement="Every target retries.",
        severity="high",
        why="Events are lost otherwise.",
        fix="Set a retry policy.",
        frameworks={"PCI DSS 4.0.1": ("10.2.1",), "NIST SP 800-53 r5": ("AU-2",)},
        asked=(AskedFor(KINDS[name]),),
        file=CONTROLS,
    )


def _proofs(digest: str, names: Mapping[str, tuple[Finding, ...]]) -> tuple[Proof, ...]:
    return tuple(
        Proof(name, "template", "failed" if found else "passed", TEMPLATE, digest, "dev", findings=found)
        for name, found in names.items()
    )


def tree(root: Path) -> None:
    """Write the files of a small checkout."""
    files = {
        TEMPLATE: json.dumps(BODY),
        CONTROLS: CATALOGUE,
        inside.WAIVERS: WAIVERS,
        inside.FIDELITY: "[]\n",
        "requirements/dev.txt": LOCK,
        "package-lock.json": json.dumps(NPM),
        "lambda/a/b/Dockerfile": "FROM public.ecr.aws/lambda/python:3.11\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _make(root: Path, findings: Mapping[str, tuple[Finding, ...]]) -> Made:
    """Make the content of a bundle in a folder that stands for the checkout."""
    tree(root)
    inputs = Inputs({path: _digest(root / path) for path in (CONTROLS, inside.WAIVERS)})
    gate = Evidence(
        "policies",
        "failed" if any(findings.values()) else "passed",
        1.5,
        "2026-11-21T12:00:00Z",
        "a" * 40,
        {f"{SYSTEM.slug}-dev": _digest(root / TEMPLATE)},
        proofs=_proofs(_digest(root / TEMPLATE), findings),
        system=SYSTEM.name,
        inputs=inputs.parts,
        user="someone",
        host="machine",
        versions={"python": "3.11.7", "aws-cdk-lib": "2.275.0"},
    )
    folder = root / "build/evidence"
    record.write(gate, folder, inputs)
    facts = Facts(
        *(SYSTEM.name, f"{'a' * 40} dirty:{'b' * 64}", gate.templates, frozenset({"dev"}), "2026-11-21T12:00:00Z"),
        MOMENT.date(),
        5,
        manifest=_digest(folder / "manifest.json"),
    )
    templates = {TEMPLATE: Within(root / TEMPLATE, root)}
    scope = Scope(resource="RuleA")
    waiver = Waiver(
        WAIVED,
        "control",
        scope,
        "The specification forbids it",
        "platform engineering",
        datetime(2027, 1, 31).date(),
        "policies/waivers.yaml:2",
    )
    gates = (*OF_THE_HOUSE, *expected([Asked(name, _control(name).asked[0].kind) for name in KINDS]))
    controls = [_control(name) for name in KINDS]
    report = join(facts, controls, [gate], Waivers((waiver,)), lambda *_: "AWS::Events::Rule", gates)
    return Made(content.gathered({SYSTEM.name: report}, templates), {SYSTEM.name: report}, MOMENT)


def make(root: Path, findings: Mapping[str, tuple[Finding, ...]] | None = None) -> Made:
    """Make the content of a bundle in an empty folder that stands for the checkout; `findings` go by controls."""
    places = {"ROOT": root, "EVIDENCE": root / "build/evidence", "CLOUD_ASSEMBLY": root / "build/cdk.out"}
    with pytest.MonkeyPatch.context() as patch:
        for name, place in places.items():
            patch.setattr(content, name, place)
        patch.setattr(record, "ROOT", root)
        return _make(root, {PROVED: (), FAILED: (FINDING,), WAIVED: (FINDING,), **(findings or {})})


def members_of(data: bytes) -> dict[str, bytes]:
    """Return the members of a bundle, to be edited and written again."""
    return {name: bytes(content) for name, content in container.read(data).items()}


def resealed(members: Mapping[str, bytes], stated: bool = True) -> bytes:
    """Return a zip whose manifest has the digests of its members; and its statement, too, without a signature."""
    whole = dict(members)
    about = json.loads(whole[manifest.NAME])
    about["files"] = manifest.rows(whole)
    if stated:
        about["signature"] = manifest.signature(None, None)
    whole[manifest.NAME] = documents.written(about)
    if stated:
        said = {one: json.loads(whole[inside.report_of(one)]) for one in about["systems"]}
        whole[manifest.STATEMENT] = statement.enveloped(
            statement.statement(about, manifest.sha256(whole[manifest.NAME]), said), None
        )
    return container.write(whole)
