"""Nothing but its own code runs in a function: no layer, image, file system, wrapper or variable that loads other code.

`handlers` says for each function where its code begins; without it, that is not judged. With `image` the functions run
images, which are judged elsewhere.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
https://docs.aws.amazon.com/lambda/latest/dg/runtime-management-configure.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import FUNCTION, VERSION
from policies.engine.policy import Policy
from policies.engine.relations.places import pointed
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

# Settings that bring other code, or another place to run: what is fine, and what is wanted.
_SETTINGS: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "Layers": ((None, []), "no layer: its code would run with the function's rights"),
    "PackageType": ((None, "Zip"), "Zip"),
    "Code.ImageUri": ((None,), "no image: the function's code is its bundle"),
    "ImageConfig": ((None, {}), "none: the function's code is its bundle"),
    "FileSystemConfigs": ((None, []), "no file system: its files change without a deployment"),
    "SnapStart.ApplyOn": ((None, "None"), "None: a snapshot keeps what was drawn at random or cached"),
    "RuntimeManagementConfig.UpdateRuntimeOn": ((None, "Auto"), "Auto: AWS patches the runtime"),
    "RecursiveLoop": ((None, "Terminate"), "Terminate: Lambda ends an endless loop"),
    "VpcConfig.SubnetIds": ((None, []), "no network of its own"),
    "CapacityProviderConfig": ((None, {}), "none: Lambda's own capacity"),
}
# What another policy judges where the parameter of this name is true.
_ELSEWHERE = {"image": ("PackageType", "Code.ImageUri", "ImageConfig"), "in_network": ("VpcConfig.SubnetIds",)}
_VERSION = {"RuntimePolicy.UpdateRuntimeOn": _SETTINGS["RuntimeManagementConfig.UpdateRuntimeOn"]}
# Variables with which an interpreter, the loader of the system or Lambda starts other code before the function's.
_LOADS = frozenset(
    {
        "AWS_LAMBDA_EXEC_WRAPPER",
        "BASH_ENV",
        "CORECLR_ENABLE_PROFILING",
        "CORECLR_PROFILER",
        "CORECLR_PROFILER_PATH",
        "DOTNET_ADDITIONAL_DEPS",
        "DOTNET_SHARED_STORE",
        "DOTNET_STARTUP_HOOKS",
        "ENV",
        "GCONV_PATH",
        "GEM_HOME",
        "GEM_PATH",
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "LAMBDA_TASK_ROOT",
        "LD_AUDIT",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "NODE_OPTIONS",
        "NODE_PATH",
        "PATH",
        "PYTHONBREAKPOINT",
        "PYTHONHOME",
        "PYTHONINSPECT",
        "PYTHONPATH",
        "PYTHONPLATLIBDIR",
        "PYTHONSTARTUP",
        "PYTHONUSERBASE",
        "PYTHONWARNINGS",
        "RUBYLIB",
        "RUBYOPT",
        "_JAVA_OPTIONS",
    }
)
# Variables that lead its requests elsewhere, or let others read them.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
_LEADS = frozenset(
    {
        "ALL_PROXY",
        "AWS_CA_BUNDLE",
        "AWS_CONFIG_FILE",
        "AWS_PROFILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NODE_EXTRA_CA_CERTS",
        "NODE_TLS_REJECT_UNAUTHORIZED",
        "PYTHONHTTPSVERIFY",
        "REQUESTS_CA_BUNDLE",
        "SSLKEYLOGFILE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
    }
)
_ENDPOINT = "AWS_ENDPOINT_URL"
_VARIABLES = "Environment.Variables"


class OwnCode(Policy):
    scope = (FUNCTION,)
    relies_on = (VERSION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for part, handler in parameters.get("handlers", {}).items():
            function = parameters["parts"].function(part)
            own = template.value(function, "Handler") if function else handler
            if function and own != handler:
                yield Finding(function.logical_id, "Handler", shown(template, own), handler)
        elsewhere = [path for name, paths in _ELSEWHERE.items() if parameters.get(name) for path in paths]
        settings = {path: fine for path, fine in _SETTINGS.items() if path not in elsewhere}
        for function in template.of_type(FUNCTION):
            yield from _settings(template, function, settings)
            yield from _variables(template, function)
            signing = function.properties.get("CodeSigningConfigArn")
            if signing is not None and not pointed(template, signing):
                found = template.text(signing) or UNRESOLVED
                wanted = "none, or one of this template: it decides whose code may be deployed"
                yield Finding(function.logical_id, "CodeSigningConfigArn", found, wanted)
        for version in template.of_type(VERSION):
            yield from _settings(template, version, _VERSION)


def _settings(
    template: Template, resource: Resource, settings: Mapping[str, tuple[tuple[Any, ...], str]]
) -> Iterator[Finding]:
    for path, (fine, wanted) in settings.items():
        found = template.value(resource, path)
        if found not in fine:
            yield Finding(resource.logical_id, path, str(found), wanted)


def _variables(template: Template, function: Resource) -> Iterator[Finding]:
    found = template.value(function, _VARIABLES)
    if found is None:
        return
    if not isinstance(found, Mapping):
        yield Finding(function.logical_id, _VARIABLES, UNRESOLVED, "variables one by one")
        return
    for name in found:
        if name.upper() in _LOADS:
            wanted = "no such variable: it starts other code before the function's"
        elif name.upper() in _LEADS or name.upper().startswith(_ENDPOINT):
            wanted = "no such variable: it leads the function's requests elsewhere, or lets others read them"
        else:
            continue
        yield Finding(function.logical_id, f"{_VARIABLES}.{name}", str(found[name]), wanted)


policy = OwnCode()
