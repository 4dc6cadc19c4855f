"""The image: what it is made of, and the command lines that its entry point makes."""

import importlib.util
import re
from pathlib import Path

import pytest

from infra.load.image import CONTEXT

ROOT = Path(__file__).resolve().parents[4]
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def fargate():
    spec = importlib.util.spec_from_file_location("fargate", ROOT / "load" / "fargate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def options_of(words):
    """Option -> value, for the options of Locust that take one."""
    return {word: words[place + 1] for place, word in enumerate(words[:-1]) if word.startswith("--")}


def test_the_context_is_what_the_dockerfile_copies():
    lines = (ROOT / "load" / "Dockerfile").read_text().splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY")}
    assert copied == set(CONTEXT)


def test_the_image_has_the_versions_that_the_tests_ran_with():
    ours, image = (dict(PIN.findall((ROOT / "requirements" / name).read_text())) for name in ("dev.txt", "load.txt"))
    assert "locust" in image
    assert image.items() <= ours.items()


def test_the_master_waits_for_its_workers_and_writes_its_run(fargate):
    words = fargate.command("master", ["--scenario", "burst"], {"STAGE": "dev", "WORKERS": "4"})
    assert {"--master", "--headless"} <= set(words)
    assert "--worker" not in words
    options = options_of(words)
    assert (options["--target"], options["--stage"], options["--expect-workers"]) == ("aws", "dev", "4")
    assert (options["--run-file"], options["--scenario"]) == ("/runs/burst.json", "burst")


def test_a_worker_sends_for_its_master_and_writes_nothing(fargate):
    words = fargate.command("worker", ["--master-host", "10.71.0.9"], {"STAGE": "dev"})
    assert words[-3:] == ["--worker", "--master-host", "10.71.0.9"]
    assert not {"--master", "--run-file", "--html"} & set(words)


def test_the_run_is_named_after_the_scenario(fargate):
    assert fargate.scenario([]) == "steady"
    assert fargate.scenario(["--rate", "500", "--scenario=soak"]) == "soak"


@pytest.mark.parametrize("words", [[], ["--master"], ["manager"]])
def test_another_role_is_refused(fargate, words, capsys):
    assert fargate.main(words) == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_the_master_leaves_all_files_and_locusts_exit_code(fargate, monkeypatch, tmp_path, capsys):
    left = []

    class S3:
        def upload_file(self, file, bucket, key):
            left.append((Path(file).name, bucket, key))

    monkeypatch.setattr(fargate, "FOLDER", tmp_path)
    monkeypatch.setattr(fargate.subprocess, "call", lambda words: (tmp_path / "steady.json").write_text("{}") and 1)
    monkeypatch.setattr(fargate.boto3, "client", lambda service: {"s3": S3()}[service])
    for name, value in {"STAGE": "dev", "WORKERS": "1", "RUNS_BUCKET": "load-runs"}.items():
        monkeypatch.setenv(name, value)
    assert fargate.main(["master"]) == 1
    assert left == [("steady.json", "load-runs", "runs/steady.json")]
    assert "s3://load-runs/runs/steady.json" in capsys.readouterr().out
