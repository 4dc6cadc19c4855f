"""The buckets that go with a stack are emptied, versions and delete markers too; one that stays is left alone."""

import json
import uuid

from hallmark import emptying
from hallmark.stage.deployed import DeployedStage


def test_buckets_that_go_with_their_stack_are_emptied(stage: DeployedStage) -> None:
    name = f"hallmark-emptying-{uuid.uuid4().hex[:8]}"
    kept, gone = f"{name}-kept", f"{name}-gone"
    versioned = {"VersioningConfiguration": {"Status": "Enabled"}}
    resources = {
        "Kept": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": kept}},
        "Gone": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": gone, **versioned}},
    }
    cloudformation, s3 = stage.client("cloudformation"), stage.client("s3")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    beside = stage.of_stacks(name)
    for bucket in (kept, gone):
        for content in (b"1", b"2"):
            s3.put_object(Bucket=bucket, Key="file", Body=content)
    s3.delete_object(Bucket=gone, Key="file")
    assert list(emptying.buckets(beside)) == [gone]
    for bucket in emptying.buckets(beside):
        emptying.empty(beside, bucket)
    left = s3.list_object_versions(Bucket=gone)
    assert not left.get("Versions") and not left.get("DeleteMarkers")
    assert s3.get_object(Bucket=kept, Key="file")["Body"].read() == b"2"
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert [one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].startswith(name)] == [kept]
