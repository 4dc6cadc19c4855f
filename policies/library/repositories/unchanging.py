"""A repository's tags never move, and its images are scanned when they are pushed.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import REPOSITORY
from policies.engine.policy import Policy
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, shown

_TAGS, _SCAN = "ImageTagMutability", "ImageScanningConfiguration.ScanOnPush"


class UnchangingRepositories(Policy):
    scope = (REPOSITORY,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for repository in template.of_type(REPOSITORY):
            tags = template.value(repository, _TAGS)
            if tags not in ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"):
                found = "missing, so MUTABLE" if tags is None else shown(template, tags)
                yield Finding(repository.logical_id, _TAGS, found, "IMMUTABLE")
            scan = template.value(repository, _SCAN)
            if not is_true(template, scan):
                yield Finding(repository.logical_id, _SCAN, shown(template, scan), "true")


policy = UnchangingRepositories()
