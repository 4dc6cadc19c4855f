"""A small bundle: one system with four controls, evidence of one gate that failed one of them, and all forms."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from hallmark.bundle import container, content, documents, inside, manifest, statement
from hallmark.bundle.command import sealed
from hallmark.bundle.judged import Within
from hallmark.evidence import Evidence, Finding, Proof, record
from hallmark.evidence.expected import OF_THE_HOUSE, Asked, expected
from hallmark.evidence.inputs import Inputs
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked as AskedFor
from hallmark.report.model import Control, Report
from hallmark.waivers import Scope, Waiver, Waivers

MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEMPLATE = "build/cdk.out/hallmark-realtime-dev.template.json"
FINDING = Finding("RuleA", "Targets[0]", "nothing", "a retry policy", "Set one.", "events/retried")
WAIVED = """waivers:
  - rule: RT_WAIVED
    tool: control
    scope: {resource: RuleA}
    reason: The specification forbids it
    owner: platform engineering
    expires: 2027-01-31
"""
CATALOGUE = """region: eu-central-1
stages: [dev]
requirements: 5
controls:
  - {id: RT_PROVED, proofs: [template]}
  - {id: RT_FAILED, proofs: [template]}
  - {id: RT_WAIVED, proofs: [template]}
  - {id: RT_UNPROVEN, proofs: [{kind: behaviour}]}
"""
LOCK = "pyyaml==6.0.3 \\\n    --hash=sha256:" + "1" * 64 + "\n"
NPM = {"packages": {"": {}, "node_modules/@a/b": {"version": "1.2.3", "integrity": "sha512-AAAA", "license": "MIT"}}}
BODY = {
    "Metadata": {"Hallmark": {"System": "realtime", "Stage": "dev", "Region": "eu-central-1"}},
    "Resources": {"RuleA": {"Type": "AWS::Events::Rule", "Properties": {}}},
}
KINDS = {"RT_PROVED": "template", "RT_FAILED": "template", "RT_WAIVED": "template", "RT_UNPROVEN": "behaviour"}


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
        asked=(AskedFor("template" if KINDS[name] == "template" else "behaviour"),),
        file="policies/controls/realtime.yaml",
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
        "policies/controls/realtime.yaml": CATALOGUE,
        inside.WAIVERS: WAIVED,
        inside.FIDELITY: "[]\n",
        "requirements/dev.txt": LOCK,
        "package-lock.json": json.dumps(NPM),
        "lambda/bank_upload/validation/Dockerfile": "FROM public.ecr.aws/lambda/python:3.11\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def make(root: Path, findings: Mapping[str, tuple[Finding, ...]]) -> Made:
    """Make the content of a bundle in a folder that stands for the checkout."""
    tree(root)
    inputs = Inputs({path: _digest(root / path) for path in ("policies/controls/realtime.yaml", inside.WAIVERS)})
    gate = Evidence(
        "policies",
        "failed" if any(findings.values()) else "passed",
        1.5,
        "2026-11-21T12:00:00Z",
        "a" * 40,
        {"realtime-dev": _digest(root / TEMPLATE)},
        proofs=_proofs(_digest(root / TEMPLATE), findings),
        system="realtime",
        inputs=inputs.parts,
        user="someone",
        host="machine",
        versions={"python": "3.11.7", "aws-cdk-lib": "2.275.0"},
    )
    folder = root / "build/evidence"
    record.write(gate, folder, inputs)
    facts = Facts(
        *("realtime", f"{'a' * 40} dirty:{'b' * 64}", gate.templates, frozenset({"dev"}), "2026-11-21T12:00:00Z"),
        MOMENT.date(),
        5,
        manifest=_digest(folder / "manifest.json"),
    )
    templates = {TEMPLATE: Within(root / TEMPLATE, root)}
    scope = Scope(resource="RuleA")
    waiver = Waiver(
        "RT_WAIVED",
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
    return Made(content.gathered({"realtime": report}, templates), {"realtime": report}, MOMENT)


@pytest.fixture(scope="session")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Made]]:
    """Make bundles of which the tests choose the findings."""
    with pytest.MonkeyPatch.context() as patch:

        def made(**findings: tuple[Finding, ...]) -> Made:
            root = tmp_path_factory.mktemp("checkout")
            places = {"ROOT": root, "EVIDENCE": root / "build/evidence", "CLOUD_ASSEMBLY": root / "build/cdk.out"}
            for name, place in places.items():
                patch.setattr(content, name, place)
            patch.setattr(record, "ROOT", root)
            default = {"RT_PROVED": (), "RT_FAILED": (FINDING,), "RT_WAIVED": (FINDING,)}
            try:
                return make(root, {**default, **findings})
            finally:
                patch.undo()

        yield made


@pytest.fixture(scope="session")
def made(maker: Callable[..., Made]) -> Made:
    return maker()


@pytest.fixture(scope="session")
def data(made: Made) -> bytes:
    """The bytes of an unsigned bundle."""
    return made.zip()


@pytest.fixture(scope="session")
def signer() -> CryptoSigner:
    key = Ed25519PrivateKey.generate()
    return CryptoSigner(key, SSlibKey.from_crypto(key.public_key(), keyid="c" * 64))


@pytest.fixture(scope="session")
def signed(made: Made, signer: CryptoSigner) -> bytes:
    return made.zip(signer)


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
