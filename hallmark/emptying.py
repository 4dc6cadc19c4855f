"""What the deletion of a stage's stacks depends on: buckets must be empty before, and interfaces must be gone.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html
"""

import json
from collections.abc import Iterator
from typing import Any

from hallmark.stage import Stage

# Without a DeletionPolicy a bucket is deleted with its stack.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
_DELETED = ("Delete", None)


def buckets(stage: Stage) -> Iterator[str]:
    """Yield the names of the buckets that are deleted with the stage."""
    cloudformation = stage.client("cloudformation")
    for stack in stage.stacks:
        resources = _resources(stage, stack)
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
            for one in page["StackResourceSummaries"]:
                declared = resources.get(one["LogicalResourceId"], {})
                if one["ResourceType"] == "AWS::S3::Bucket" and declared.get("DeletionPolicy") in _DELETED:
                    yield one["PhysicalResourceId"]


def has_interfaces(stage: Stage) -> bool:
    """Return whether Lambda holds network interfaces for functions of the stage, which it removes after them.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    found = (one for stack in stage.stacks for one in _resources(stage, stack).values())
    return any(one["Type"] == "AWS::Lambda::Function" and "VpcConfig" in one.get("Properties", {}) for one in found)


def _resources(stage: Stage, stack: str) -> dict[str, Any]:
    """Return the resources of the template that a stack was deployed with."""
    body = stage.client("cloudformation").get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    found: dict[str, Any] = (json.loads(body) if isinstance(body, str) else body)["Resources"]
    return found


def empty(stage: Stage, bucket: str) -> None:
    """Delete every object of a bucket, with all versions and delete markers."""
    s3 = stage.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        listed = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in listed]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
