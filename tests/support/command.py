"""The command `hallmark` as someone runs it who has never heard of `hallmark up`."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.systems import SYSTEM_VARIABLE
from tests.support.warm.programs import COLUMNS, command

FOREIGN = ("AWS_", "HALLMARK_")
SECONDS = 120


@dataclass(frozen=True)
class Command:
    """Runs `hallmark` for a system, where boto3 finds the stage by the variables `aws`, or by others."""

    system: str
    aws: Mapping[str, str]
    folder: Path

    def environment(self, aws: Mapping[str, str] | None = None) -> dict[str, str]:
        """The caller's environment without what belongs to AWS or to another embedded stage."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        state = {
            "HALLMARK_STAGE_FILE": str(self.folder / "none.json"),
            SYSTEM_VARIABLE: self.system,
            "COLUMNS": COLUMNS,
        }
        return {**kept, **state, **(self.aws if aws is None else aws)}

    def __call__(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        own = self.environment(environment)
        return subprocess.run(
            [*command("hallmark", own), *arguments],
            env=own,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
