"""The synth as a process of its own: one stage alone, and a bad parameter in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def synth(*arguments, out):
    environ = {**os.environ, "CDK_OUTDIR": str(out)}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "CDK_CONTEXT_JSON"):
        environ.pop(name, None)
    command = [sys.executable, "-m", "infra.app", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("argument", ["realtime.velocityThreshold=1000", "velocityThreshold=4", "nonsense"])
def test_a_bad_synth_ends_with_2_and_one_line(tmp_path, argument):
    run = synth("-c", argument, out=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith("error: ")
    assert run.stderr.count("\n") == 1
    assert run.stdout == ""


def test_one_stage_can_be_synthesized_alone_and_is_protected_in_prod(tmp_path):
    stale = tmp_path / "hallmark-realtime-dev.template.json"
    stale.write_text("{}")
    run = synth("-c", "stage=prod", "-c", "system=realtime", out=tmp_path)
    assert run.returncode == 0, run.stderr
    assert {file.name for file in tmp_path.glob("*.template.json")} == {
        "hallmark-account-eu-central-1.template.json",
        "hallmark-realtime-prod.template.json",
    }
    stack = json.loads((tmp_path / "manifest.json").read_text())["artifacts"]["hallmark-realtime-prod"]
    assert stack["environment"] == "aws://unknown-account/eu-central-1"
    assert stack["properties"]["terminationProtection"] is True
    assert "hallmark-account-eu-central-1" in stack["dependencies"]
