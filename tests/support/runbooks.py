"""Runbooks: the alarms that name them, and their commands, which run in the shell that their README makes."""

import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.command import SECONDS, Command
from tests.support.templates import ROOT, Template
from tests.support.warm.programs import MODULES, command

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Runbooks:
    """The pages of one system's folder."""

    def __init__(self, system: str) -> None:
        self.folder = Path("docs/runbooks") / system
        self.pages = sorted((ROOT / self.folder).glob("*.md"))

    @property
    def shell(self) -> str:
        """The definitions that all commands need."""
        return self._blocks(ROOT / self.folder / "README.md")[0]

    def _blocks(self, page: Path) -> list[str]:
        return _BLOCK.findall(page.read_text(encoding="utf-8"))

    def run(self, page: Path, hallmark: Command, folder: Path, chosen: Mapping[str, str]) -> None:
        """Run every command of a page in a folder, with variables that its reader may choose."""
        found = [block for block in self._blocks(page) if block != self.shell]
        assert found
        environment = {**hallmark.environment(), **chosen, "PYTHONPATH": str(ROOT)}
        environment["PATH"] = f"{_programs(folder, environment)}:{environment['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join([self.shell, "set -x", *found])],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]

    def commands_outside_blocks(self, page: Path) -> list[str]:
        """The commands of a page that no test runs; a command's name alone is none."""
        text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
        inline = re.findall(r"`((?:hallmark|aws) [^`]+)`", text)
        return [command for command in inline if len(command.split()) > 2]

    def broken_links(self, page: Path) -> list[str]:
        """The links of a page to others that do not exist."""
        links = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
        return [link for link in links if not (ROOT / self.folder / link.partition("#")[0]).is_file()]

    def of_alarms(self, template: Template, namespace: str) -> dict[str, str]:
        """The alarms on a metric of a namespace by their names, each with its page's name."""
        alarms = template.properties("AWS::CloudWatch::Alarm")
        return {one["AlarmName"]: self.page_of(one) for one in alarms if one.get("Namespace") == namespace}

    def page_of(self, alarm: Mapping[str, Any]) -> str:
        """The name of the page that an alarm names; the test fails when it names none."""
        form = re.compile(rf" Runbook: {re.escape(str(self.folder))}/([a-z0-9-]+\.md)$")
        found = form.search(alarm["AlarmDescription"])
        assert found, alarm["AlarmDescription"]
        return found[1]

    def check_alarm(
        self, template: Template, name: str, runbook: str, dimensions: Mapping[str, str], topic: str, **properties: Any
    ) -> None:
        """Compare a whole alarm, except the words of its description and its tags."""
        (alarm,) = (one for one in template.properties("AWS::CloudWatch::Alarm") if one["AlarmName"] == name)
        assert alarm.pop("AlarmDescription").endswith(f" Runbook: {self.folder}/{runbook}.md")
        alarm.pop("Tags", None)
        assert alarm == {
            "AlarmName": name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [template.arn("sns", template.name(topic))],
            **properties,
        }


def _programs(folder: Path, environment: Mapping[str, str]) -> Path:
    """A folder with `aws` and `hallmark`."""
    for name in MODULES:
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join(command(name, environment))} "$@"\n')
        program.chmod(0o755)
    return folder
