"""A range of a version's bytes, whichever version is the current one."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def versions(client: Callable[[str], Any], unique: str) -> list[str]:
    """Return the ids of two versions of `k`, the later of which is the current one."""
    s3 = client("s3")
    s3.create_bucket(Bucket=unique, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_versioning(Bucket=unique, VersioningConfiguration={"Status": "Enabled"})
    contents = (b"0123456789", b"abcdefghij")
    return [s3.put_object(Bucket=unique, Key="k", Body=content)["VersionId"] for content in contents]


@pytest.mark.parametrize(
    ("asked", "part", "said"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=8-20", b"89", "bytes 8-9/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
    ],
)
def test_a_range_of_an_earlier_version(
    client: Callable[[str], Any], unique: str, versions: list[str], asked: str, part: bytes, said: str
) -> None:
    found = client("s3").get_object(Bucket=unique, Key="k", VersionId=versions[0], Range=asked)
    assert (found["Body"].read(), found["ContentRange"], found["ContentLength"]) == (part, said, len(part))
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert found["VersionId"] == versions[0]


def test_a_range_beyond_the_end_cannot_be_satisfied(
    client: Callable[[str], Any], unique: str, versions: list[str]
) -> None:
    with pytest.raises(ClientError, match="InvalidRange"):
        client("s3").get_object(Bucket=unique, Key="k", VersionId=versions[0], Range="bytes=10-")


def test_without_a_range_the_version_is_whole(client: Callable[[str], Any], unique: str, versions: list[str]) -> None:
    assert client("s3").get_object(Bucket=unique, Key="k", VersionId=versions[0])["Body"].read() == b"0123456789"
