"""The registry of systems, with what every layer needs of each; importable without the CDK.

A system has a row here and a room of its name in each layer: docs/architecture.md.
"""

from dataclasses import dataclass
from enum import StrEnum

from infra.errors import UserError


class StageName(StrEnum):
    """The stages that every system has."""

    DEV = "dev"
    PROD = "prod"


STAGES = tuple(stage.value for stage in StageName)
# The environment variable that names a system where no option does.
SYSTEM_VARIABLE = "HALLMARK_SYSTEM"


@dataclass(frozen=True)
class System:
    """One system: its name in code and folders, the prefix of its controls' ids, its AWS region, and a description.

    `parts` are a stage's additional stacks, such as its network, in the order of deployment.
    """

    name: str
    prefix: str
    region: str
    about: str
    parts: tuple[str, ...] = ()
    # Physical names: `purpose` without underscores, `thing` as it is in code.
    name_form: str = "{kind}-{slug}-{purpose}-{stage}"
    bucket_form: str = "s3-{slug}-{purpose}-{account}-{stage}"

    @property
    def slug(self) -> str:
        """The name in stack and physical names, without underscores, which CloudFormation and S3 refuse."""
        return self.name.replace("_", "-")

    def stack_name(self, stage: str, part: str = "") -> str:
        """Return the name of a stage's stack; `part` names an additional one, such as its network."""
        return "-".join(filter(None, ("hallmark", self.slug, part, stage)))

    def stack_names(self, stage: str) -> tuple[str, ...]:
        """Return the names of all stacks of a stage, the main one first."""
        return tuple(self.stack_name(stage, part) for part in ("", *self.parts))


SYSTEMS = (
    # An older form than that of later systems.
    System(
        "realtime",
        "RT",
        "eu-central-1",
        "card transactions watched for fraud",
        name_form="{slug}-{thing}-{stage}",
        bucket_form="{slug}-{thing}-{stage}-{account}",
    ),
    System("merchant_upload", "MU", "us-east-1", "merchants' files of card transactions watched for anomalies"),
    System(
        "bank_upload",
        "BU",
        "us-east-1",
        "banks' daily files of transactions, validated and announced",
        parts=("images",),
    ),
    System(
        "screening",
        "SC",
        "us-east-1",
        "card, cash and transfer transactions screened for fraud and compliance",
        parts=("network", "images"),
    ),
)
NAMES = tuple(system.name for system in SYSTEMS)
# Every region that a stack is deployed to, each once.
REGIONS = tuple(dict.fromkeys(system.region for system in SYSTEMS))


def system_of(name: str) -> System:
    """Return the system with this name; UserError that lists the names when there is none."""
    for system in SYSTEMS:
        if system.name == name:
            return system
    raise UserError(f"there is no system {name!r}: use {' or '.join(NAMES)}")


def owner_of(control: str) -> System | None:
    """Return the system whose prefix a control's id has; None when there is none."""
    return next((system for system in SYSTEMS if control.startswith(f"{system.prefix}_")), None)
