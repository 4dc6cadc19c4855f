"""`hallmark policy` as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import yaml

from hallmark.project import CLOUD_ASSEMBLY, ROOT

DEV = CLOUD_ASSEMBLY / "hallmark-realtime-dev.template.json"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hallmark", "policy", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_violation_is_told_with_its_place_and_fix(tmp_path: Path) -> None:
    document = json.loads(DEV.read_text(encoding="utf-8"))
    name = next(key for key, one in document["Resources"].items() if one["Type"] == "AWS::Lambda::Function")
    document["Resources"][name]["Properties"]["MemorySize"] = 256
    file = tmp_path / "template.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    done = _run(str(file), "--json")
    (result,) = json.loads(done.stdout)
    assert done.returncode == 1
    assert result["template"] == str(file)
    failed = [control for control in result["controls"] if control["verdict"] == "failed"]
    assert [control["id"] for control in failed] == ["RT_FN_MEMORY"]
    (finding,) = failed[0]["findings"]
    assert (finding["resource"], finding["path"]) == (name, "MemorySize")
    assert (finding["found"], finding["wanted"]) == ("256 MB", "512 MB")
    assert finding["fix"]


def test_clean_templates_end_with_0() -> None:
    done = _run(str(DEV), str(DEV.with_name("hallmark-realtime-prod.template.json")))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("0 failed, 0 findings") == 2


def test_unusable_input_ends_with_2_and_one_line(tmp_path: Path) -> None:
    done = _run(str(tmp_path / "missing.json"))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip().count("\n") == 0
    assert "Traceback" not in done.stderr
