"""Every bucket archives its objects on the wanted day, and deletes old versions, markers and unfinished uploads.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import BUCKET
from policies.engine.policy import Policy
from policies.engine.services.lifecycle_rules import (
    RULES,
    Rule,
    active_rules,
    early_problems,
    for_all,
    shown_steps,
    size_problems,
    steps_of,
)
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true, measured

_OLD = ("NoncurrentVersionExpiration", "NoncurrentDays")
_UNFINISHED = ("AbortIncompleteMultipartUpload", "DaysAfterInitiation")
# The older form of the first, and the number of newer versions that keep one.
_OLD_FORM, _KEPT = "NoncurrentVersionExpirationInDays", "NewerNoncurrentVersions"
_MARKERS = "ExpiredObjectDeleteMarker"


class BucketExpiry(Policy):
    scope = (BUCKET,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        days, classes = parameters["archive_days"], parameters["archive_classes"]
        for bucket in template.of_type(BUCKET):
            rules = for_all(template, bucket, RULES)
            steps = steps_of(template, rules)
            if not any((kind, days) in steps for kind in classes):
                wanted = f"an enabled rule for all objects with {' or '.join(classes)} after {days} days"
                yield Finding(bucket.logical_id, RULES, shown_steps(steps), wanted)
            yield from size_problems(template, bucket, parameters["minimum_object_size"])
            yield from early_problems(template, bucket, days)
            for keys, wanted_days in (
                (_OLD, parameters["noncurrent_days"]),
                (_UNFINISHED, parameters["unfinished_upload_days"]),
            ):
                yield from _end(template, bucket, rules, keys, wanted_days)
            yield from _kept(template, bucket)
            if not any(is_true(template, rule.get(_MARKERS)) for rule in rules):
                found = f"no {_MARKERS} for all objects"
                yield Finding(bucket.logical_id, RULES, found, f"an enabled rule for all objects with {_MARKERS}")


def _end(
    template: Template, bucket: Resource, rules: list[Rule], keys: tuple[str, str], days: int
) -> Iterator[Finding]:
    """Yield a missing expiry, or one after another number of days for any objects."""
    name, key = keys
    if not any(_days(template, rule, name, key) is not None for rule in rules):
        found, wanted = f"no {name} for all objects", f"an enabled rule for all objects with {name} after {days} days"
        yield Finding(bucket.logical_id, RULES, found, wanted)
    for path, rule in active_rules(template, bucket):
        own = _days(template, rule, name, key) if rule else None
        if own is not None and template.number(own) != days:
            yield Finding(bucket.logical_id, f"{path}.{name}", measured(own, "days"), f"{days} days")


def _days(template: Template, rule: Rule, name: str, key: str) -> Any:
    """Return the days until a rule's expiry, in either form; None without one."""
    whole = template.resolve(rule.get(name))
    if whole is None and name == _OLD[0]:
        return rule.get(_OLD_FORM)
    return whole.get(key, "an unknown number of") if isinstance(whole, dict) else whole


def _kept(template: Template, bucket: Resource) -> Iterator[Finding]:
    for path, rule in active_rules(template, bucket):
        own = template.resolve(rule.get(_OLD[0])) if rule else None
        if isinstance(own, dict) and own.get(_KEPT) is not None:
            yield Finding(bucket.logical_id, f"{path}.{_OLD[0]}.{_KEPT}", str(own[_KEPT]), "none: they all go")


policy = BucketExpiry()
