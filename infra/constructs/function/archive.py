"""A function's code: an archive of build/lambda, named by its hash."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_

from infra.constructs.function.base import Packaged
from infra.errors import UserError
from infra.paths import ROOT


@dataclass(frozen=True)
class Archive:
    """A packed function, as `lambda/archive.py` writes it."""

    path: Path

    @cached_property
    def _digest(self) -> bytes:
        return hashlib.sha256(self.path.read_bytes()).digest()

    @property
    def code_sha256(self) -> str:
        """The hash as Lambda states it: SHA-256 of the archive, in base64.

        https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
        """
        return base64.b64encode(self._digest).decode()

    def packaged(self, handler: str) -> Packaged:
        """Return it as a function's code."""
        return Packaged(self._code, handler, self.code_sha256)

    @property
    def _code(self) -> lambda_.Code:
        """The code as an asset. The CDK names it by the SHA-256 of our hash, so that its key states the code, too.

        https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.AssetHashType.html
        """
        return lambda_.Code.from_asset(
            str(self.path), asset_hash=self._digest.hex(), asset_hash_type=AssetHashType.CUSTOM
        )


def built(system: str, role: str) -> Archive:
    """Return a function's archive from build/lambda; UserError when it is not built yet."""
    path = ROOT / "build" / "lambda" / system / f"{role}.zip"
    if not path.is_file():
        raise UserError(f"{path.relative_to(ROOT)}: missing, build the functions before the synth")
    return Archive(path)
