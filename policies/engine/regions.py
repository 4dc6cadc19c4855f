"""The regions that a text names: by their names, in ARNs and in addresses, of all of AWS's partitions.

https://docs.aws.amazon.com/general/latest/gr/rande.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

# Stands for a value that a deployment chooses, in a text whose other placeholders are gone.
CHOSEN = "\0"


@dataclass(frozen=True)
class Partition:
    """A partition: what its regions' names begin with, the ends of its addresses, the region of those without one."""

    areas: tuple[str, ...]
    suffixes: tuple[str, ...]
    home: str


# As the AWS SDKs know them: https://github.com/boto/botocore/blob/develop/botocore/data/endpoints.json
PARTITIONS = {
    "aws": Partition(
        ("af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"), ("amazonaws.com", "api.aws", "on.aws"), "us-east-1"
    ),
    "aws-cn": Partition(
        ("cn",), ("amazonaws.com.cn", "api.amazonwebservices.com.cn", "on.amazonwebservices.com.cn"), "cn-north-1"
    ),
    "aws-eusc": Partition(
        ("eusc-de",), ("amazonaws.eu", "api.amazonwebservices.eu", "on.amazonwebservices.eu"), "eusc-de-east-1"
    ),
    "aws-us-gov": Partition(("us-gov",), (), "us-gov-west-1"),
    "aws-iso": Partition(("us-iso",), ("c2s.ic.gov",), "us-iso-east-1"),
    "aws-iso-b": Partition(("us-isob",), ("sc2s.sgov.gov",), "us-isob-east-1"),
    "aws-iso-e": Partition(("eu-isoe",), ("cloud.adc-e.uk",), "eu-isoe-west-1"),
    "aws-iso-f": Partition(("us-isof",), ("csp.hci.ic.gov",), "us-isof-south-1"),
}
# Services without a region of their own: their one address is everybody's. Any other address without a region, such as
# queue.amazonaws.com or sts.amazonaws.com, is the partition's first region's.
# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
_GLOBAL = frozenset(
    """account awscli billingconductor budgets ce checkip chime cloudfront globalaccelerator health iam importexport
    ip-ranges networkmanager organizations route53 s3-accelerate savingsplans shield support tax waf""".split()
)
_AREAS = "|".join(area for one in PARTITIONS.values() for area in one.areas)
_DIRECTION = "north|south|east|west|central|northeast|northwest|southeast|southwest"
_REGION = re.compile(rf"(?<![a-z0-9])(?:{_AREAS})-(?:{_DIRECTION})-[0-9](?![0-9])")
# The end of each: most texts have none, and are not searched a second time.
_REGION_END = re.compile(r"[htl]-[0-9]")
# Such as use1-az4: https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html
_ZONE = re.compile(r"(?<![a-z0-9])([a-z]{3,6}[0-9])-az[0-9]+(?![0-9])")
_FIELD = r"[^:\s\"']*"
_ARN = re.compile(rf"(?<![A-Za-z])arn:({_FIELD})(?::({_FIELD}))?(?::({_FIELD}))?")
_SUFFIXES = {suffix: name for name, one in PARTITIONS.items() for suffix in one.suffixes}
_LABELS = f"{string.ascii_letters}{string.digits}_*-.{CHOSEN}"
_SUFFIX = re.compile(
    rf"\.({'|'.join(map(re.escape, sorted(_SUFFIXES, key=len)[::-1]))})(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
)
_PLACED = re.compile("|".join(("arn:", *map(re.escape, _SUFFIXES))))
_UNKNOWN_ARN, _UNKNOWN_ADDRESS = "an ARN whose region", "an address whose region"


def may_be_placed(text: str) -> bool:
    """Return whether a text may have an ARN or an address of AWS."""
    return _PLACED.search(text) is not None


def named(text: str) -> set[str]:
    """Return the regions that a text names."""
    return set(_REGION.findall(text)) if _REGION_END.search(text) else set()


@cache
def partition_of(region: str) -> str:
    """Return the partition of a region by its name."""
    area = re.split(rf"-(?:{_DIRECTION})-", region)[0]
    return next((name for name, one in PARTITIONS.items() if area in one.areas), "aws")


@cache
def _zones_of(region: str) -> str:
    """Return what the ids of a region's zones begin with, such as euc1."""
    area, direction, number = region.rsplit("-", 2)
    way = "".join(word[0] for word in re.findall("north|south|east|west|central", direction))
    return f"{area.replace('-gov', 'g').replace('-', '')}{way}{number}"


def elsewhere(text: str, wanted: str, is_host: bool) -> Iterator[str]:
    """Yield what of a text is in another region than the wanted one; `is_host` for one that is no service's name."""
    yield from sorted(named(text) - {wanted})
    if "-az" in text:
        zones = {f"the zone {one[0]}" for one in _ZONE.finditer(text) if one[1] != _zones_of(wanted)}
        yield from sorted(zones)
    if not may_be_placed(text):
        return
    own = partition_of(wanted)
    for arn in _ARN.finditer(text):
        if arn[1] in PARTITIONS and arn[1] != own and not arn[3]:
            yield f"an ARN in the partition {arn[1]}"
    for host, service, home in _without_region(text, is_host):
        if CHOSEN not in host and home != wanted and not (service in _GLOBAL and partition_of(home) == own):
            yield f"{home}, by the address {host}, which says no region"


def unknown(text: str, is_host: bool) -> Iterator[str]:
    """Yield what of a text is in a region that a deployment chooses."""
    for partition, service, region in (arn.groups() for arn in _ARN.finditer(text)):
        certain = region is not None and bool(_REGION.fullmatch(region))
        fields = [field or "" for field in (partition, service, region)]
        if not certain and any(CHOSEN in field for field in fields):
            yield _UNKNOWN_ARN
    yield from (_UNKNOWN_ADDRESS for host, _, _ in _without_region(text, is_host) if CHOSEN in host)


def _without_region(text: str, is_host: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the addresses without a region: the host, the service, the region of the partition's general addresses."""
    for found in _SUFFIX.finditer(text):
        before = text[: found.start()]
        begin = len(before.rstrip(_LABELS))
        labels, host = before[begin:].lstrip("."), text[begin : found.end()]
        whole = host == text.strip() and is_host
        linked = text.startswith("/", found.end()) or before.endswith("//", 0, begin)
        if labels and (whole or linked) and not _REGION.search(labels):
            yield host, labels.rsplit(".", 1)[-1], PARTITIONS[_SUFFIXES[found[1]]].home
