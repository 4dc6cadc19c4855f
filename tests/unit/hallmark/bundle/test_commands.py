"""`hallmark bundle` and `hallmark verify`: what they print, write and refuse."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hallmark.bundle import command, container, content, inside, judged, manifest
from hallmark.bundle.verify_command import verify_command
from hallmark.evidence.judged import Judged
from hallmark.report.model import GateRow
from infra.errors import UserError
from tests.support.bundles import FINDING, MOMENT, TEMPLATE, Made, members_of


@pytest.fixture
def bundle(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)
    return path


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, Path]:
    made = Ed25519PrivateKey.generate()
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    private.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, made: Made) -> Made:
    """A project whose evidence makes the small bundle."""
    monkeypatch.setattr(command, "require_current", lambda: None)
    monkeypatch.setattr(command, "refuse_overdue", lambda: None)
    monkeypatch.setattr(content, "moment", lambda: MOMENT)
    monkeypatch.setattr(content, "kept", dict)
    monkeypatch.setattr(command, "joined", lambda moment: (made.reports, {}))
    monkeypatch.setattr(content, "gathered", lambda *_: made.members)
    return made


def test_verify(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_command(bundle) == 0
    out = capsys.readouterr().out
    assert f"{bundle}: intact" in out
    assert manifest.UNSIGNED in out
    assert f"revision {'a' * 40}" in out
    assert f"uncommitted changes, {'b' * 64}" in out
    assert "realtime: failed; 4 controls of 5 requirements: 1 failed, 1 unproven, 1 waived, 1 proved by template" in out
    assert verify_command(bundle, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["intact"], found["signature"]) == (True, {"state": "none", "keyid": None})
    assert found["systems"]["realtime"]["counts"]["failed"] == 1


def test_verify_an_altered_one(bundle: Path, data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    members = members_of(data)
    bundle.write_bytes(container.write({**members, "report/summary.md": b"all is well\n"}))
    assert verify_command(bundle) == 1
    said = f"{bundle}: altered: report/summary.md: its content is not what the manifest says\n"
    assert capsys.readouterr().out == said
    assert verify_command(bundle, as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["intact"], found["first"]["name"]) == (False, "report/summary.md")


def test_verify_since(bundle: Path, tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_command(bundle, since=bundle) == 0
    out = capsys.readouterr().out
    assert "verdicts that changed: 0" in out
    assert out.count(manifest.UNSIGNED) == 2
    assert verify_command(bundle, since=bundle, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["difference"]["changed"] == []
    earlier = tmp_path / "earlier.zip"
    earlier.write_bytes(data + b"x")
    assert verify_command(bundle, since=earlier) == 1
    assert f"{earlier}: altered: the zip's end" in capsys.readouterr().out


def test_bundle(project: Made, tmp_path: Path, key: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    plain, signed = tmp_path / "new" / "plain.zip", tmp_path / "signed.zip"
    assert command.bundle_command(plain) == 0
    assert manifest.UNSIGNED in capsys.readouterr().out
    assert command.bundle_command(signed, key[0], plain) == 0
    out = capsys.readouterr().out
    assert "verified with it" in out
    assert "verdicts that changed: 0" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.pem", "new", "public.pem", "signed.zip"]
    assert verify_command(signed, key[1]) == 0
    kept = json.loads(members_of(signed.read_bytes())["difference.json"])
    assert kept["earlier"]["sha256"] == manifest.sha256(plain.read_bytes())
    assert verify_command(plain, key[1]) == 1
    assert "not verified: statement.dsse.json: it is unsigned" in capsys.readouterr().out


def test_bundle_refuses(project: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundle: Path) -> None:
    with pytest.raises(UserError, match="is a folder"):
        command.bundle_command(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        command.bundle_command(tmp_path / "file" / "bundle.zip")
    bundle.write_bytes(bundle.read_bytes() + b"x")
    with pytest.raises(UserError, match="altered"):
        command.bundle_command(tmp_path / "b.zip", since=bundle)
    report = project.reports["realtime"]
    gate = GateRow("policies", "refused", None, detail="made before infra/app.py was changed")
    refused = {"realtime": replace(report, gates=(*report.gates, gate))}
    monkeypatch.setattr(command, "joined", lambda moment: (refused, {}))
    with pytest.raises(UserError, match=r"refused, made before infra/app\.py was changed: run `tox -e policies`"):
        command.bundle_command(tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_kept_evidence(tmp_path: Path) -> None:
    (tmp_path / "realtime").mkdir()
    for name, kept in {"realtime/policies": "2026-11-22T00:00:00Z", "lint": ""}.items():
        (tmp_path / f"{name}.mark").write_text(json.dumps({"kept": kept}))
    assert content.kept(tmp_path) == {"realtime/policies": "2026-11-22T00:00:00Z"}


def test_pages_link_to_what_lies_beside_them(data: bytes) -> None:
    members = members_of(data)
    page = members["report/realtime/index.html"].decode()
    links = {f"report/{link}" for link in re.findall(r'href="\.\./(files/[^"#]+)"', page)}
    assert f"{inside.CHECKOUT}{TEMPLATE}" in links
    assert links <= set(members)


def test_without_evidence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no evidence"):
        content.moment(tmp_path)


@pytest.mark.parametrize(
    ("again", "problem"),
    [
        ({"RT_PROVED": (), "RT_FAILED": (FINDING,), "RT_WAIVED": (FINDING,)}, ""),
        ({"RT_PROVED": (FINDING,), "RT_FAILED": (FINDING,), "RT_WAIVED": (FINDING,)}, "RT_PROVED has 1 findings"),
        ({"RT_PROVED": (), "RT_WAIVED": (FINDING,)}, "RT_FAILED is not judged"),
    ],
)
def test_templates_are_judged_again(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], again: Any, problem: str
) -> None:
    found = {TEMPLATE: {control: Judged(findings, {}) for control, findings in again.items()}}
    monkeypatch.setattr(judged, "_is_ours", lambda *_: True)
    monkeypatch.setattr(judged, "judged_by_control", lambda *_: found)
    assert verify_command(bundle) == int(bool(problem))
    assert (problem or "templates judged again") in capsys.readouterr().out
