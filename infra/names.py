"""Physical names: each contains its system and its stage, so that stages coexist in one account."""

from dataclasses import dataclass

from infra.errors import UserError
from infra.systems import System, system_of

# AWS's maximum length of a name, by the type that new systems use as prefix.
LIMITS = {
    "alarm": 255,
    "apigw": 128,
    "archive": 48,
    "bus": 256,
    "dynamodb": 255,
    "ecr": 256,
    # Of a network most things have a Name tag instead, whose value has a length of its own.
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
    "endpoint": 256,
    "flowlog": 256,
    "key": 128,
    "lambda": 64,
    "plan": 128,
    "policy": 128,
    "role": 64,
    "routetable": 256,
    "rule": 64,
    "s3": 63,
    "securitygroup": 255,
    "sfn": 80,
    "sns": 256,
    "sqs": 80,
    "subnet": 256,
    "validator": 128,
    "vpc": 256,
}
ACCOUNT_DIGITS = 12


@dataclass(frozen=True)
class Names:
    """The physical names of one system in one stage, in the form that the registry defines for the system."""

    system: str
    stage: str
    # The forms of the names; by default the system's row in the registry.
    row: System | None = None

    def of(self, purpose: str, kind: str = "") -> str:
        """Return the physical name of a thing; `kind` is a key of LIMITS. UserError for a name that AWS refuses."""
        return self._fitting(self._row.name_form, kind, purpose)

    def bucket(self, purpose: str, account: str) -> str:
        """Return the name of a bucket, which contains the account: bucket names are global."""
        form = self._row.bucket_form
        self._fitting(form, "s3", purpose, "0" * ACCOUNT_DIGITS)
        return self._filled(form, "s3", purpose, account)

    @property
    def _row(self) -> System:
        return self.row or system_of(self.system)

    def _fitting(self, form: str, kind: str, purpose: str, account: str = "") -> str:
        name = self._filled(form, kind, purpose, account)
        if len(name) > LIMITS.get(kind, len(name)):
            raise UserError(
                f"name {name}: has {len(name)} characters, AWS allows {LIMITS[kind]} for a {kind}: shorten it"
            )
        return name

    def _filled(self, form: str, kind: str, purpose: str, account: str) -> str:
        if "{kind}" in form and not kind:
            raise ValueError(f"{purpose}: names of {self.system} need a kind")
        slug, hyphened = self._row.slug, purpose.replace("_", "-")
        return form.format(kind=kind, slug=slug, thing=purpose, purpose=hyphened, stage=self.stage, account=account)
