"""Repositories of images: scanned, with tags that never move, tidied, deletable, and pulled by our functions only.

`functions` names the repository of each, with `$stage`; there are no others.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-permissions
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.iam.pulling import ACTIONS, LAMBDA, is_for_our_functions
from policies.engine.iam.resource_policies import resource_statements
from policies.engine.iam.statements import Statement, lower
from policies.engine.kinds import REPOSITORY
from policies.engine.policy import Policy
from policies.engine.services.image_lifecycle import UnknownRuleError, expired, samples
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_aws_key, is_true, shown

_SCAN, _TAGS, _RULES = (
    "ImageScanningConfiguration.ScanOnPush",
    "ImageTagMutability",
    "LifecyclePolicy.LifecyclePolicyText",
)
_TEXT, _KIND, _KEY = "RepositoryPolicyText", "EncryptionConfiguration.EncryptionType", "EncryptionConfiguration.KmsKey"
# What is of the whole registry, and reaches our repositories.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-settings.html
_OF_THE_REGISTRY = {
    "AWS::ECR::RegistryPolicy": "none: it lets others into every repository",
    "AWS::ECR::ReplicationConfiguration": "none: images would be copied elsewhere",
    "AWS::ECR::RegistryScanningConfiguration": "none: it takes the place of the repositories' own scans",
}
_ENCRYPTED = (None, "AES256", "KMS", "KMS_DSSE")


class SecureRepositories(Policy):
    scope = (REPOSITORY,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        wanted = [name.replace("$stage", parameters["stage"]) for name in parameters["functions"].values()]
        names = [template.name(one) for one in template.of_type(REPOSITORY)]
        for name in wanted:
            if name not in names:
                yield Finding(TEMPLATE, "Resources", f"no repository {name}", "a repository for each function")
        for repository in template.of_type(REPOSITORY):
            name = template.name(repository)
            if name not in wanted:
                yield Finding(repository.logical_id, "RepositoryName", name, " or ".join(wanted))
            yield from _settings(template, repository)
            yield from _lifecycle(template, repository, parameters["kept"], parameters["untagged_days"])
            yield from _pulled(template, repository)
        for one in template.of_type(*_OF_THE_REGISTRY):
            yield Finding(one.logical_id, "Type", one.type, _OF_THE_REGISTRY[one.type])


def _settings(template: Template, repository: Resource) -> Iterator[Finding]:
    name = repository.logical_id
    scanned = template.value(repository, _SCAN)
    if not is_true(template, scanned):
        yield Finding(name, _SCAN, _said(scanned, "missing, so off"), "true")
    tags = template.value(repository, _TAGS)
    if tags != "IMMUTABLE":
        # IMMUTABLE_WITH_EXCLUSION lets some tags move.
        yield Finding(name, _TAGS, _said(tags, "missing, so MUTABLE"), "IMMUTABLE")
    if (excluded := template.value(repository, f"{_TAGS}ExclusionFilters")) not in (None, []):
        yield Finding(name, f"{_TAGS}ExclusionFilters", _said(excluded, ""), "none: no tag may move")
    emptied = template.value(repository, "EmptyOnDelete")
    if not is_true(template, emptied):
        yield Finding(name, "EmptyOnDelete", _said(emptied, "missing, so false"), "true: else it stays with its images")
    for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
        if repository.raw.get(attribute, "Delete") != "Delete":
            yield Finding(name, attribute, str(repository.raw[attribute]), "Delete")
    kind, key = template.value(repository, _KIND), template.value(repository, _KEY)
    if kind not in _ENCRYPTED:
        yield Finding(name, _KIND, _said(kind, ""), "AES256, or KMS with AWS's own key")
    if key is not None and not is_aws_key(template, key, "ecr"):
        yield Finding(name, _KEY, _said(key, ""), "none, or alias/aws/ecr: nobody may use another")


def _said(value: Any, without: str) -> str:
    return without if value is None else UNRESOLVED if value is UNKNOWN else str(value)


def _lifecycle(template: Template, repository: Resource, kept: int, days: int) -> Iterator[Finding]:
    text = template.structure(template.value(repository, _RULES))
    if text is None or text is UNKNOWN:
        wanted = f"rules: the newest {kept} tagged images stay, untagged ones expire"
        yield Finding(repository.logical_id, _RULES, "none" if text is None else UNRESOLVED, wanted)
        return
    try:
        for images, gone, wanted in samples(kept, days):
            found = expired(text, images)
            if sorted(found, key=repr) != sorted(gone, key=repr):
                shown_ = f"{len(found)} of {len(images)} images expire, where {len(gone)} should"
                yield Finding(repository.logical_id, _RULES, shown_, wanted)
    except UnknownRuleError as error:
        wanted = "rules that expire images by their number or age"
        yield Finding(repository.logical_id, _RULES, str(error), wanted)


def _pulled(template: Template, repository: Resource) -> Iterator[Finding]:
    """Yield who else may do something with images, and that Lambda may not certainly pull them."""
    statements = resource_statements(template, repository)
    pulling: set[str] = set()
    for one in statements:
        if one.denies:
            yield Finding(
                one.owner.logical_id, one.path, "a statement that may deny Lambda", "statements that allow it"
            )
        else:
            problems = list(_problems(template, one))
            yield from problems
            pulling |= set() if problems else set(lower(one.actions))
    if not any(one.allows for one in statements) or (
        {*lower(ACTIONS)} - pulling and not _reported(template, statements)
    ):
        lacking = ", ".join(action for action in ACTIONS if action.lower() not in pulling)
        found = f"nothing that lets Lambda do {lacking}"
        yield Finding(repository.logical_id, _TEXT, found, f"{', '.join(ACTIONS)} for {LAMBDA}, for our functions")


def _reported(template: Template, statements: list[Statement]) -> bool:
    return any(one.denies or any(_problems(template, one)) for one in statements)


def _problems(template: Template, one: Statement) -> Iterator[Finding]:
    name = one.owner.logical_id
    if one.principals != (("Service", LAMBDA),):
        found = ", ".join(str(value) for _, value in one.principals or one.not_principals) or "nobody"
        yield Finding(name, f"{one.path}.Principal", found, f"{LAMBDA} alone")
    others = [str(action) for action in one.actions if str(action).lower() not in lower(ACTIONS)]
    if others or one.not_actions or not one.actions:
        yield Finding(name, f"{one.path}.Action", ", ".join(others) or "all but some", " and ".join(ACTIONS))
    if one.effect != "Allow":
        yield Finding(name, f"{one.path}.Effect", str(one.effect), "Allow")
    if not is_for_our_functions(template, one):
        wanted = "aws:SourceAccount of this account, or aws:SourceArn of its functions, and nothing else"
        yield Finding(name, f"{one.path}.Condition", shown(template, one.raw.get("Condition")), wanted)


policy = SecureRepositories()
