"""Which texts name a region, another partition or an address without a region."""

import pytest

from policies.engine import regions

VIRGINIA = "us-east-1, by the address {}, which says no region"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arn:aws-eusc:sqs:eusc-de-east-1:1:q", ["eusc-de-east-1"]),
        ("us-isof-east-1 us-isob-west-1 eu-isoe-west-1", ["eu-isoe-west-1", "us-isob-west-1", "us-isof-east-1"]),
        ("us-gov-west-1", ["us-gov-west-1"]),
        ("mx-central-1a", ["mx-central-1"]),
        ("https://s3-us-west-2.amazonaws.com/b", ["us-west-2"]),
        ("https://b.s3.dualstack.ap-east-2.amazonaws.com", ["ap-east-2"]),
        ("https://x.lambda-url.ca-west-1.on.aws/", ["ca-west-1"]),
        ("use1-az4", ["the zone use1-az4"]),
        ("arn:aws-cn:s3:::b", ["an ARN in the partition aws-cn"]),
        ("https://queue.amazonaws.com/1/q", [VIRGINIA.format("queue.amazonaws.com")]),
        ("sts.amazonaws.com", [VIRGINIA.format("sts.amazonaws.com")]),
        ("https://b.s3.amazonaws.com/k", [VIRGINIA.format("b.s3.amazonaws.com")]),
        ("https://sts.amazonaws.eu/", ["eusc-de-east-1, by the address sts.amazonaws.eu, which says no region"]),
        ("https://sqs.eu-central-1.amazonaws.com/1/q", []),
        ("https://eu-central-1.queue.amazonaws.com/1/q", []),
        ("euc1-az2", []),
        ("arn:aws:iam::1:role/r", []),
        ("arn:aws:s3:::b/k", []),
        # One address for all regions.
        ("https://iam.amazonaws.com/", []),
        ("route53.amazonaws.com", []),
        ("https://b.s3-accelerate.amazonaws.com/k", []),
        # No addresses of services.
        ("https://docs.aws.amazon.com/sqs", []),
        ("call sns.amazonaws.com today", []),
        ("eu-central-10", []),
        ("reu-west-1x", []),
    ],
)
def test_what_is_elsewhere_is_named(text: str, found: list[str]) -> None:
    assert list(regions.elsewhere(text, "eu-central-1", True)) == found


def test_a_services_name_is_no_address() -> None:
    assert list(regions.elsewhere("sqs.amazonaws.com", "eu-central-1", False)) == []


def test_what_is_in_virginia_may_have_no_region_in_its_address() -> None:
    assert list(regions.elsewhere("https://sts.amazonaws.com use1-az1", "us-east-1", True)) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("arn:aws:sns:\0:1:t", 1),
        ("arn:aws:\0", 1),
        ("arn:\0:s3:::b", 1),
        ("https://sqs.\0.amazonaws.com/1/q", 1),
        ("https://\0.amazonaws.com", 1),
        # What is asked for, the region, is certain.
        ("arn:aws:s3:::\0/k", 0),
        ("arn:aws:sns:eu-central-1:\0:\0", 0),
        ("arn:\0:sns:eu-central-1:1:t", 0),
        ("https://\0.execute-api.eu-central-1.amazonaws.com/", 0),
        ("https://\0/x", 0),
        ("\0", 0),
    ],
)
def test_a_region_that_a_deployment_chooses_is_unknown(text: str, count: int) -> None:
    assert len(list(regions.unknown(text, True))) == count


@pytest.mark.parametrize(("region", "partition"), [("us-gov-east-1", "aws-us-gov"), ("us-east-2", "aws")])
def test_a_region_has_its_partition(region: str, partition: str) -> None:
    assert regions.partition_of(region) == partition


def test_every_region_that_the_sdk_knows_is_recognized() -> None:
    import boto3

    known = boto3.Session()
    for partition in known.get_available_partitions():
        for region in known.get_available_regions("sqs", partition):
            assert (regions.named(f"x {region}."), regions.partition_of(region)) == ({region}, partition)
