"""The code that runs is the code that was built: functions and the versions that are served state its hash.

CloudFormation publishes a version only if $LATEST has the hash that the version states; else it would publish whatever
somebody put there. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.wiring import Call, calls_of, function_of, on_function
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import ALIAS, FUNCTION, VERSION
from policies.engine.policy import Policy
from policies.engine.services.code import built_image, built_key, image_named, key_in, key_of
from policies.engine.services.versions import number_of, whole_functions
from policies.engine.template.intrinsics import UNKNOWN, Reference
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_KEY, _IMAGE, _HASH, _WEIGHTS = "Code.S3Key", "Code.ImageUri", "CodeSha256", "RoutingConfig.AdditionalVersionWeights"


class CodeAsBuilt(Policy):
    scope = (FUNCTION,)
    relies_on = (VERSION, ALIAS)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for function in template.of_type(FUNCTION):
            yield from _code(template, function)
        for version in template.of_type(VERSION):
            yield from _version(template, version)
        for alias in template.of_type(ALIAS):
            for path, number in _served(template, alias):
                if not _is_version(template, number, function_of(template, alias)):
                    wanted = "a version of this template, which states the hash of its code"
                    yield Finding(alias.logical_id, path, _written(number), wanted)
        for function in whole_functions(template):
            for call in calls_of(template, function):
                yield from _call(template, function, call)


def _code(template: Template, function: Resource) -> Iterator[Finding]:
    if template.value(function, "PackageType") not in (None, "Zip") or template.value(function, _IMAGE) is not None:
        yield from _image(template, function)
        return
    key, built = key_in(template.value(function, _KEY)), built_key(function)
    if key is None:
        yield Finding(function.logical_id, _KEY, _shown(template, function, _KEY), "<SHA-256>.zip, a hash of the code")
    elif built not in (None, key):
        yield Finding(function.logical_id, _KEY, f"{key}.zip, other code", f"{built}.zip, the code that was built")


def _image(template: Template, function: Resource) -> Iterator[Finding]:
    uri, built = template.value(function, _IMAGE), built_image(function)
    if template.value(function, _KEY) is not None:
        yield Finding(function.logical_id, _KEY, _shown(template, function, _KEY), "no archive beside an image")
    if not image_named(uri)[1]:
        wanted = "REPOSITORY:<hash of the content>, or a digest"
        yield Finding(function.logical_id, _IMAGE, _shown(template, function, _IMAGE), wanted)
    elif built not in (None, uri):
        yield Finding(function.logical_id, _IMAGE, f"{uri}, other code", f"{built}, the code that was built")


def _version(template: Template, version: Resource) -> Iterator[Finding]:
    function = function_of(template, version)
    if function is None:
        yield Finding(version.logical_id, "FunctionName", UNRESOLVED, "a function of this template")
        return
    stated = template.value(version, _HASH)
    if (uri := template.value(function, _IMAGE)) is not None:
        yield from _version_of_image(template, version, uri)
        return
    built = built_key(function) or key_in(template.value(function, _KEY))
    if not isinstance(stated, str):
        wanted = "the hash of the function's code: without it any code of $LATEST is published"
        yield Finding(version.logical_id, _HASH, _shown(template, version, _HASH), wanted)
    elif built is not None and key_of(stated) != built:
        wanted = f"the hash of the code that was built, {built}.zip"
        yield Finding(version.logical_id, _HASH, f"{stated}, the hash of other code", wanted)


def _version_of_image(template: Template, version: Resource, uri: Any) -> Iterator[Finding]:
    """Yield a version that does not state the digest of the image: only a function that names it by digest has one."""
    named, stated = image_named(uri)[1], template.value(version, _HASH)
    if not named.startswith("sha256:") or stated != named.removeprefix("sha256:"):
        wanted = "the digest of the function's image, which the function names, too"
        yield Finding(version.logical_id, _HASH, _shown(template, version, _HASH), wanted)


def _call(template: Template, function: Resource, call: Call) -> Iterator[Finding]:
    """Yield a call of a version that the template does not have: nothing says which code it is."""
    called = call.invocation.qualifier
    known = {number_of(one) for one in on_function(template, function, VERSION)}
    if called.isdigit() and called not in known:
        wanted = "a call of an alias, or of a version of this template"
        yield Finding(call.caller.logical_id, call.path, f"a call of version {called}", wanted)


def _served(template: Template, alias: Resource) -> Iterator[tuple[str, Any]]:
    """Yield the versions that an alias points to, wholly or by weight, each with its place."""
    yield "FunctionVersion", template.value(alias, "FunctionVersion")
    for index, weight in enumerate(listed(template.value(alias, _WEIGHTS))):
        own = weight.get("FunctionVersion") if isinstance(weight, Mapping) else weight
        yield f"{_WEIGHTS}[{index}].FunctionVersion", template.resolve(own)


def _is_version(template: Template, number: Any, function: Resource | None) -> bool:
    owner = template.resources.get(number.logical_id) if isinstance(number, Reference) else None
    # A version without a function of this template is reported itself.
    return owner is not None and owner.type == VERSION and function_of(template, owner) in (None, function)


def _shown(template: Template, resource: Resource, path: str) -> str:
    return _written(template.value(resource, path))


def _written(value: Any) -> str:
    return "none" if value is None else UNRESOLVED if value is UNKNOWN else str(value)


policy = CodeAsBuilt()
