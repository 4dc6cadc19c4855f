"""What is demanded of every system's published images: this tree's, one function's each, under tags that never move."""

import io
import json
import re
import tarfile
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.images.published import wanted
from hallmark.images.step import built
from hallmark.naming import physical
from hallmark.stage import Stage

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
# What else stands in this tree, below the folder of a function's code.
FOREIGN = re.compile("/var/task/(hallmark|infra|policies|tests)/")


@dataclass(frozen=True)
class Published:
    """The image of a function, by its folder's name and the function's ARN."""

    stage: Stage
    function: str
    arn: str

    @property
    def repository(self) -> str:
        """The physical name of its repository."""
        return physical(self.stage, self.function.replace("_", "-"), "ecr")

    def _own(self) -> Any:
        (own,) = (one for one in wanted(self.stage.system, self.stage.name) if one.repository == self.repository)
        return own

    def runs_by_its_digest(self, memory: int) -> None:
        """Assert that the function runs the digest under the tag of this tree's sources."""
        found = self.stage.client("lambda").get_function(FunctionName=self.arn)
        config, code = found["Configuration"], found["Code"]
        assert (config["PackageType"], config["Architectures"], config["MemorySize"]) == ("Image", ["arm64"], memory)
        own = self._own()
        assert re.fullmatch("[0-9a-f]{64}", own.tag) and code["ImageUri"].endswith(f"/{own.repository}:{own.tag}")
        (image,) = self.stage.client("ecr").describe_images(
            repositoryName=own.repository, imageIds=[{"imageTag": own.tag}]
        )["imageDetails"]
        assert image["imageTags"] == [own.tag]
        assert code["ResolvedImageUri"].partition("@")[2] == image["imageDigest"]
        assert image["imageDigest"].removeprefix("sha256:") == config["CodeSha256"]

    def has_its_own_code_alone(self) -> None:
        """Assert that what runs is this machine's build, and has no other function's code, nor the tool's."""
        found = self.stage.client("lambda").get_function_configuration(FunctionName=self.arn)
        assert self._own().own_digest.removeprefix("sha256:") == found["CodeSha256"]
        image = built(self.stage.system, self.function)
        names: list[str] = []
        for layer in json.loads(image.manifest)["layers"]:
            with tarfile.open(fileobj=io.BytesIO(image.blob(layer["digest"]))) as files:
                names += [f"/{name}" for name in files.getnames()]
        inside = re.compile(f"/{self.stage.system}/([a-z_]+)/.*[.]py")
        packages = {place[1] for name in names if (place := inside.search(name))}
        assert packages == {self.function}
        assert not [name for name in names if FOREIGN.match(name)]

    def never_moves_and_is_tidied(self) -> None:
        """Assert that a tag of its repository cannot be given again, and that images are scanned and removed."""
        ecr, name = self.stage.client("ecr"), self.repository
        (repository,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
        assert repository["imageTagMutability"] == "IMMUTABLE"
        assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
        rules = json.loads(ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"])["rules"]
        kinds = {rule["selection"]["tagStatus"]: rule["selection"] for rule in rules}
        tagged = kinds.get("tagged") or kinds["any"]
        assert (tagged["countType"], tagged["countNumber"]) == ("imageCountMoreThan", 30)
        assert kinds["untagged"]["countType"] == "sinceImagePushed"
        listed = ecr.describe_images(repositoryName=name)["imageDetails"]
        tag = next(one["imageTags"][0] for one in listed if one.get("imageTags"))
        found = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": tag}])["images"]
        other = json.dumps({**json.loads(found[0]["imageManifest"]), "annotations": {"made": "by hand"}})
        with pytest.raises(ClientError) as refusal:
            ecr.put_image(repositoryName=name, imageManifest=other, imageTag=tag, imageManifestMediaType=MANIFEST)
        assert refusal.value.response["Error"]["Code"] == "ImageTagAlreadyExistsException"

    def is_pulled_by_its_function_alone(self) -> None:
        """Assert that its repository's policy names Lambda, and the function."""
        text = self.stage.client("ecr").get_repository_policy(repositoryName=self.repository)["policyText"]
        for statement in json.loads(text)["Statement"]:
            assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
            assert {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"} >= set(statement["Action"])
            assert self.arn in json.dumps(statement["Condition"])
