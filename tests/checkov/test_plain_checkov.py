"""checkov as a user starts it, with our checks: it never ends green where it has judged nothing.

`python -m unittest` runs it, for checkov's environment holds nothing but checkov.
"""

import json
import os
import sys
import unittest
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory

from checkov.main import Checkov

ROOT = Path(__file__).resolve().parents[2]
MARK = {"Hallmark": {"System": "realtime", "Stage": "dev"}}
FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "realtime-f-dev", "MemorySize": 512}}
FOREIGN = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "foreign"}}
ONE = ("-c", "RT_FN_MEMORY")


@dataclass(frozen=True)
class Ended:
    """What a run of checkov ended with."""

    code: int
    printed: str
    errors: list[str]


class PlainCheckov(unittest.TestCase):
    """Runs in forks of this process, which has imported checkov: what takes checkov long is to start."""

    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.scanned = self.folder / "scanned"
        self.scanned.mkdir()
        self.checks = ROOT / "policies" / "checks"

    def _template(self, mark: object = MARK, **resources: object) -> str:
        file = self.scanned / "template.json"
        file.write_text(json.dumps({"Metadata": mark, "Resources": resources or {"F": FUNCTION}}))
        return str(file)

    def _copy(self) -> Path:
        """A copy of the policies, to be broken."""
        copied = self.folder / "elsewhere" / "policies"
        copytree(ROOT / "policies", copied, ignore=ignore_patterns("__pycache__"))
        self.checks = copied / "checks"
        return copied

    def _run(self, *words: str, cwd: Path | None = None, checks: str | None = None) -> Ended:
        arguments = [*words, "--external-checks-dir", checks or str(self.checks), "--skip-download", "--compact"]
        outputs = [self.folder / "stdout", self.folder / "stderr"]
        child = os.fork()
        if not child:
            code = 70
            with suppress(BaseException):
                for number, output in enumerate(outputs, 1):
                    os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
                os.chdir(cwd or self.folder)
                code = _code(lambda: Checkov(arguments).run())
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        printed, errors = (output.read_text() for output in outputs)
        return Ended(os.waitstatus_to_exitcode(status), printed, errors.splitlines())

    def _assert_refused(self, ended: Ended, problem: str) -> None:
        self.assertEqual((ended.code, len(ended.errors)), (2, 1), ended)
        self.assertIn(problem, ended.errors[0])

    def test_a_good_template_passes_from_another_folder(self) -> None:
        ended = self._run("-f", self._template(), *ONE)
        self.assertEqual((ended.code, ended.errors), (0, []))
        self.assertIn("Passed checks: 1, Failed checks: 0", ended.printed)

    def test_a_folder_is_judged_by_checks_in_a_relative_folder(self) -> None:
        self._template()
        ended = self._run("-d", str(self.scanned), *ONE, cwd=ROOT, checks="policies/checks")
        self.assertEqual((ended.code, ended.errors), (0, []))
        self.assertIn("Passed checks: 1, Failed checks: 0", ended.printed)

    def test_a_finding_fails_with_its_fix(self) -> None:
        wrong = {**FUNCTION, "Properties": {"MemorySize": 256}}
        ended = self._run("-f", self._template(F=wrong), *ONE)
        self.assertEqual(ended.code, 1)
        self.assertIn("F MemorySize: found 256 MB; wanted 512 MB. Leave MemorySize to", ended.printed)

    def test_a_template_of_no_system_fails(self) -> None:
        ended = self._run("-f", self._template(mark={}, Q=FOREIGN, R=FOREIGN), *ONE)
        self.assertEqual(ended.code, 1)
        self.assertIn("Failed checks: 1,", ended.printed)
        self.assertIn("its system cannot be resolved: add Metadata.Hallmark.System", ended.printed)

    def test_names_say_a_system_too(self) -> None:
        ended = self._run("-f", self._template(mark={}), *ONE)
        self.assertEqual(ended.code, 0)
        self.assertIn("Passed checks: 1,", ended.printed)

    def test_a_stack_beside_the_systems_is_not_judged(self) -> None:
        ended = self._run("-f", self._template(mark={"Hallmark": {"System": "account"}}), *ONE)
        self.assertEqual((ended.code, ended.errors), (0, []))

    def test_in_an_assembly_a_template_is_judged_together_with_those_of_its_stage(self) -> None:
        """The queue's policy is in another stack, which imports its address."""
        secure = {"QueueName": "realtime-q-dev", "SqsManagedSseEnabled": True, "MessageRetentionPeriod": 1209600}
        exported = {"Url": {"Value": {"Ref": "R"}, "Export": {"Name": "dev-q"}}}
        denied = {"Bool": {"aws:SecureTransport": "false"}}
        deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": denied}
        policy = {"Queues": [{"Fn::ImportValue": "dev-q"}], "PolicyDocument": {"Statement": [deny]}}
        bodies = {
            "main": {"Resources": {"R": {"Type": "AWS::SQS::Queue", "Properties": secure}}, "Outputs": exported},
            "main-policies": {"Resources": {"R": {"Type": "AWS::SQS::QueuePolicy", "Properties": policy}}},
        }
        for name, body in bodies.items():
            (self.scanned / f"{name}.template.json").write_text(json.dumps({"Metadata": MARK, **body}))
        words = ("-f", str(self.scanned / "main.template.json"), "-c", "RT_QUEUE_SECURE")
        self.assertEqual(self._run(*words).code, 1)
        artifacts = {
            name: {"type": "aws:cloudformation:stack", "properties": {"templateFile": f"{name}.template.json"}}
            for name in bodies
        }
        (self.scanned / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
        ended = self._run(*words)
        self.assertIn("Passed checks: 1, Failed checks: 0", ended.printed)
        self.assertEqual(ended.code, 0)

    def test_the_controls_of_another_system_say_nothing(self) -> None:
        other = self._copy() / "controls" / "other.yaml"
        row = "{id: OTHER_MEMORY, title: Other, fix: Mend it., policy: functions/memory, parameters: {memory_mb: 1}}"
        other.write_text(f"region: us-east-1\nstages: [dev]\ncontrols:\n- {row}\n")
        both = ("-c", "RT_FN_MEMORY,OTHER_MEMORY")
        self.assertIn("Passed checks: 1, Failed checks: 0", self._run("-f", self._template(), *both).printed)
        others = self._template(mark={"Hallmark": {"System": "other", "Stage": "dev"}})
        self.assertIn("Passed checks: 0, Failed checks: 1", self._run("-f", others, *both).printed)

    def test_a_policy_that_does_not_load_ends_it(self) -> None:
        file = self._copy() / "library" / "functions" / "memory.py"
        for text, problem in (("this is no Python\n", "SyntaxError"), ("import sys\nsys.exit(0)\n", "SystemExit")):
            file.write_text(text)
            ended = self._run("-f", self._template(), "-c", "RT_*")
            self._assert_refused(ended, f"policies/library/functions/memory.py does not load: {problem}")

    def test_a_catalogue_that_is_none_ends_the_scan_of_a_folder(self) -> None:
        catalogue = self._copy() / "controls" / "realtime.yaml"
        catalogue.write_text(catalogue.read_text().replace("requirements: 44", "requirements: many"))
        ended = self._run("-f", self._template(), "-c", "RT_API_KEY")
        self._assert_refused(ended, "realtime.yaml is not a catalogue of controls: requirements must be a number")
        catalogue.write_text("controls: [\n")
        self._template()
        ended = self._run("-d", str(self.scanned), cwd=self.checks.parents[1], checks="policies/checks")
        self._assert_refused(ended, "realtime.yaml is not a catalogue of controls")

    def test_a_card_that_is_none_ends_it(self) -> None:
        card = self._copy() / "library" / "functions" / "memory.yaml"
        good = card.read_text()
        for text, problem in (
            (good.replace("severity: ", "severity: very "), "memory.yaml is not a card: severity must be one of"),
            ("title: [\n", "memory.yaml is not a card: while parsing"),
            (good.replace("title:", "name:", 1), "memory.yaml is not a card: there is no such field as name"),
            (good.replace("memory_mb: int", "memory_mb: byte"), "memory.yaml is not a card: there is no type 'byte'"),
            (good.replace("memory_mb: int", "memory_mb: text"), "is not a catalogue of controls"),
        ):
            self.assertNotEqual(text, good)
            card.write_text(text)
            self._assert_refused(self._run("-f", self._template(), "-c", "RT_API_KEY"), problem)
        card.unlink()
        self._assert_refused(self._run("-f", self._template(), *ONE), "memory.yaml is missing: a policy has a card")

    def test_a_card_without_its_policy_ends_it(self) -> None:
        memory = self._copy() / "library" / "functions" / "memory.yaml"
        memory.with_name("stray.yaml").write_text(memory.read_text())
        self._template()
        ended = self._run("-d", str(self.scanned), *ONE)
        self._assert_refused(ended, "policies/library/functions/stray.yaml: there is no policy beside this card")

    def test_a_row_says_what_its_card_asks_for(self) -> None:
        catalogue = self._copy() / "controls" / "realtime.yaml"
        good = catalogue.read_text()
        catalogue.write_text(good.replace("memory_mb: {dev: 512, prod: 3008}", "memory_mb: {dev: 512}"))
        ended = self._run("-f", self._template(), *ONE)
        self._assert_refused(ended, "RT_FN_MEMORY.functions/memory.memory_mb: has no value for prod")

    def test_a_row_without_its_policy_ends_it(self) -> None:
        (self._copy() / "library" / "functions" / "memory.py").unlink()
        self._template()
        ended = self._run("-d", str(self.scanned), "--framework", "cloudformation", "-c", "RT_API_KEY")
        self._assert_refused(
            ended, "there is no policy functions/memory: policies/library/functions/memory.py is missing"
        )

    def test_a_policy_without_a_row_ends_it(self) -> None:
        memory = self._copy() / "library" / "functions" / "memory.py"
        memory.with_name("stray.py").write_text(memory.read_text())
        ended = self._run("-f", self._template(), *ONE)
        self._assert_refused(ended, "policies/library/functions/stray.py: no control names the policy functions/stray")

    def test_an_engine_that_does_not_load_ends_it(self) -> None:
        (self._copy() / "engine" / "parts.py").write_text("import nothing_there\n")
        self._assert_refused(self._run("-f", self._template(), *ONE), "No module named 'nothing_there'")


def _code(run: Callable[[], int | None]) -> int:
    try:
        return run() or 0
    except SystemExit as ended:
        return int(ended.code or 0)


if __name__ == "__main__":
    unittest.main()
