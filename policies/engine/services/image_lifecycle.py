"""The lifecycle of images: which images a repository keeps, by what its rules do to images that could be there.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from policies.engine.template.resource import mapping
from policies.engine.template.scalars import number_of
from policies.engine.template.values import listed

TAGGED, UNTAGGED, ANY = "tagged", "untagged", "any"
_BY_COUNT, _BY_AGE = "imageCountMoreThan", "sinceImagePushed"
# Hashes in hexadecimal digits, as images are tagged here: no prefix fits all of them.
_TAGS = tuple(f"{digit:x}" * 64 for digit in range(16))


class UnknownRuleError(ValueError):
    """A rule cannot be read, or ECR would refuse it; the message is one line."""


@dataclass(frozen=True)
class Image:
    """An image by its tag, empty without one, and the days since it was pushed."""

    tag: str
    days: float


@dataclass(frozen=True)
class _Rule:
    priority: float
    status: str
    patterns: tuple[str, ...]
    kind: str
    number: float

    def looks_at(self, image: Image) -> bool:
        if self.status != ANY and (self.status == TAGGED) != bool(image.tag):
            return False
        # An image must have a tag for each of them.
        return self.status != TAGGED or all(fnmatchcase(image.tag, one) for one in self.patterns)

    def ends(self, images: list[Image]) -> list[Image]:
        newest = sorted((one for one in images if self.looks_at(one)), key=lambda one: one.days)
        return (
            newest[int(self.number) :] if self.kind == _BY_COUNT else [one for one in newest if one.days > self.number]
        )


def expired(text: Any, images: list[Image]) -> list[Image]:
    """Return the images that a lifecycle's rules expire; raise UnknownRuleError.

    Each image is a matter of the first rule, by priority, that looks at such images; rules after it may count it.
    """
    rules = list(_rules(text))
    found: list[Image] = []
    claimed: list[Image] = []
    for rule in sorted(rules, key=lambda one: one.priority):
        found.extend(one for one in rule.ends(images) if one not in claimed)
        claimed.extend(one for one in images if rule.looks_at(one))
    return found


def _rules(text: Any) -> Iterator[_Rule]:
    rules = listed(mapping(text).get("rules"))
    if not rules:
        raise UnknownRuleError("no rule")
    priorities = [mapping(one).get("rulePriority") for one in rules]
    for one in rules:
        rule = _rule(mapping(one))
        if priorities.count(rule.priority) > 1:
            raise UnknownRuleError(f"two rules of the priority {rule.priority:g}")
        if rule.status == ANY and any((number_of(other) or 0) > rule.priority for other in priorities):
            raise UnknownRuleError("a rule of any images before others, which ECR refuses")
        yield rule


def _rule(own: Mapping[str, Any]) -> _Rule:
    selection, action = mapping(own.get("selection")), mapping(own.get("action"))
    priority, number = number_of(own.get("rulePriority")), number_of(selection.get("countNumber"))
    status, kind = selection.get("tagStatus"), selection.get("countType")
    patterns = [f"{one}*" for one in listed(selection.get("tagPrefixList"))] + list(
        listed(selection.get("tagPatternList"))
    )
    days = selection.get("countUnit") == "days" if kind == _BY_AGE else "countUnit" not in selection
    known = status in (TAGGED, UNTAGGED, ANY) and kind in (_BY_COUNT, _BY_AGE) and action == {"type": "expire"} and days
    if priority is None or number is None or number < 1 or not known or bool(patterns) != (status == TAGGED):
        raise UnknownRuleError(f"a rule that does something else, or cannot be read: {dict(own)}")
    return _Rule(priority, str(status), tuple(map(str, patterns)), str(kind), number)


def samples(kept: int, days: int) -> Iterator[tuple[list[Image], list[Image], str]]:
    """Yield images, those of them that must expire, and what that shows.

    `kept` is how many tagged images stay, `days` after how many days one without a tag is gone at the latest.
    """
    old, fresh = 4000.0, 0.5
    tagged = [Image(_TAGS[index % 16][:-4] + f"{index:04x}", old + index) for index in range(kept + 20)]
    yield tagged[:kept], [], f"the newest {kept} tagged images stay, however old"
    yield tagged, tagged[kept:], f"tagged images beyond the newest {kept} expire"
    yield [Image("", days + 1)], [Image("", days + 1)], f"an untagged image expires within {days} days"
    yield (
        [*tagged[: kept - 1], Image("", days + 2)],
        [Image("", days + 2)],
        "an untagged image beside tagged ones expires",
    )
    yield [Image("", fresh)], [], "an image that is being pushed stays"
