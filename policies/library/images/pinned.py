"""Every function runs an image of its own repository, named by its content, on one architecture, as it was built.

`functions` says for each: the repository's name, with `$stage`.

https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.kinds import FUNCTION, REPOSITORY
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

_IMAGE = "Code.ImageUri"
# A digest, or a tag that is a hash: of the content by SHA-256, or of a commit by SHA-1.
_NAMED = re.compile(r"([^:@]+)(?::([^:@]+))?(?:@(.+))?")
_DIGEST, _CONTENT = re.compile(r"sha256:[0-9a-f]{64}"), re.compile(r"(?:[0-9a-f]{64}|[0-9a-f]{40})")
# What an image's configuration may override; some of them, and the rest is what the image happens to say.
_WHOLE = ("Command", "EntryPoint", "WorkingDirectory")
_ZIP_ONLY = ("Runtime", "Handler", "Layers", "Code.ZipFile", "Code.S3Bucket", "Code.S3Key")


class PinnedImages(Policy):
    scope = (FUNCTION,)
    relies_on = (REPOSITORY,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        parts: Parts = parameters["parts"]
        wanted: dict[Resource, str] = {}
        for part, name in parameters["functions"].items():
            function = parts.function(part)
            if function is None:
                yield Finding(TEMPLATE, "Resources", f"no {part}", f"a function {part}")
            else:
                wanted[function] = name.replace("$stage", parameters["stage"])
        for function in template.of_type(FUNCTION):
            yield from _kind(template, function, parameters["architecture"])
            yield from _image(template, function, wanted.get(function))
            yield from _overridden(template, function)


def _kind(template: Template, function: Resource, architecture: str) -> Iterator[Finding]:
    kind = template.value(function, "PackageType")
    if kind != "Image":
        yield Finding(function.logical_id, "PackageType", str(kind or "missing, so Zip"), "Image")
    built = template.value(function, "Architectures")
    if built != [architecture]:
        found = "AWS's default, x86_64" if built is None else str(built)
        yield Finding(function.logical_id, "Architectures", found, f"[{architecture}]")
    for path in _ZIP_ONLY:
        found = template.value(function, path)
        if found not in (None, []):
            yield Finding(function.logical_id, path, str(found), "none: the image has all that runs")


def _image(template: Template, function: Resource, repository: str | None) -> Iterator[Finding]:
    text = template.text(template.value(function, _IMAGE))
    place = f"{template.account}.dkr.ecr.{template.region}.amazonaws.com/"
    if text is None:
        found = shown(template, function.properties.get("Code"))
        yield Finding(function.logical_id, _IMAGE, found, "an image by its digest or the hash of its content")
        return
    if not text.startswith(place):
        yield Finding(function.logical_id, _IMAGE, text, f"an image of {place}: the stage's own account and region")
        return
    named = _NAMED.fullmatch(text.removeprefix(place))
    name, tag, digest = named.groups() if named else (text, None, None)
    if not _is_pinned(tag, digest):
        found = f"{tag or 'no tag, so latest'}{f'@{digest}' if digest else ''}"
        yield Finding(function.logical_id, _IMAGE, found, "sha256:<64 digits>, or a tag that is a hash of the content")
    if repository is None or name != repository:
        yield Finding(function.logical_id, _IMAGE, str(name), repository or "no function beside those of the catalogue")
    known = [template.name(one) for one in template.of_type(REPOSITORY)]
    if known and name not in known:
        yield Finding(function.logical_id, _IMAGE, f"{name}, which is not of this stage", ", ".join(known))


def _is_pinned(tag: str | None, digest: str | None) -> bool:
    if digest is not None:
        return _DIGEST.fullmatch(digest) is not None and tag != "latest"
    return tag is not None and _CONTENT.fullmatch(tag) is not None


def _overridden(template: Template, function: Resource) -> Iterator[Finding]:
    """Yield a configuration that says some of what the image says: the rest changes with the image."""
    own = template.value(function, "ImageConfig")
    if own in (None, {}):
        return
    given = own if isinstance(own, Mapping) else {}
    lacking = [name for name in _WHOLE if not given.get(name) or given.get(name) is UNKNOWN]
    if lacking:
        found = UNRESOLVED if own is UNKNOWN else f"without {', '.join(lacking)}"
        yield Finding(function.logical_id, "ImageConfig", found, f"none, or all of {', '.join(_WHOLE)}")


policy = PinnedImages()
