"""Functions whose package is a container image: what was pushed to the emulator's registry runs, with nothing else.

The image's own layers are unpacked, their digests verified, and its command runs in an interpreter of the Python that
its base has. The base's layers are absent.
https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
https://docs.aws.amazon.com/lambda/latest/dg/images-parms.html
"""

import json
import os
import platform
import shutil
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from ministack.services import lambda_svc

from hallmark.images.building import ABSENT, BASE, NO_BASE_LAYERS, STANDS_FOR
from hallmark.stage.embedded.extensions.image_sources import Refused, Source, pinned, resolved, source_of
from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties
from hallmark.stage.embedded.extensions.python_functions import IMAGE_FOLDER, IMAGE_ROOT
from hallmark.stage.embedded.runtime.image_files import BadImage, config_of, unpack
from infra.images.dockerfile import python_of

Json = dict[str, Any]
FUNCTION = "AWS::Lambda::Function"
# The names of processors: a function's in Docker's, and this machine's.
_DOCKER = {"x86_64": "amd64", "arm64": "arm64", "aarch64": "arm64", "AMD64": "amd64"}
_unpacking = threading.Lock()
_configurations: dict[str, Json] = {}


class _CannotStart(Exception):
    """An image that Lambda cannot start: the error's type and text."""

    def __init__(self, text: str, kind: str = "Runtime.InvalidEntrypoint") -> None:
        super().__init__(text)
        self.kind = kind


def _is_image(config: Json) -> bool:
    return config.get("PackageType") == "Image"


def _described(config: Json, uri: str, digest: str) -> None:
    """Let a configuration state the image as Lambda does: its digest, no runtime, no handler."""
    config |= {"ImageUri": uri, "CodeSha256": digest.removeprefix("sha256:"), "PackageType": "Image"}
    config.pop("Runtime", None)
    config.pop("Handler", None)


def folder_of(config: Json) -> Path:
    """Return the folder with the files of a function's image, unpacked once; BadImage if it cannot be."""
    digest: str = config["CodeSha256"]
    folder = Path(os.environ["TMPDIR"]) / "images" / digest
    with _unpacking:
        if not folder.is_dir():
            source = _source(config)
            folder.parent.mkdir(exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=folder.parent))
            try:
                unpack(source.manifest, source.blob, draft)
                draft.rename(folder)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
    return folder


def _source(config: Json) -> Source:
    found = pinned(config["ImageUri"], f"sha256:{config['CodeSha256']}")
    if found is None:
        raise BadImage(f"image {config['CodeSha256']} is no longer in its repository")
    return found


def _image_config(config: Json) -> Json:
    """Return the configuration of a function's image, which is read once: a digest never means another."""
    digest = config["CodeSha256"]
    if digest not in _configurations:
        source = _source(config)
        _configurations[digest] = config_of(source.manifest, source.blob)
    return _configurations[digest]


def runnable(config: Json) -> Json:
    """Return a function's configuration with what its image adds, as one that runs in a Python process.

    The keys of its folders are those of `python_functions`.
    """
    image, own = _image_config(config), (config.get("ImageConfigResponse") or {}).get("ImageConfig") or {}
    inside, labels = image["config"], image["config"].get("Labels") or {}
    _require_architecture(config, image["architecture"], labels)
    python = python_of(labels.get(BASE, ""))
    if labels.get(ABSENT) != NO_BASE_LAYERS or not python:
        raise _CannotStart("the image is not one of `hallmark build`: its base's layers cannot run here")
    if own.get("EntryPoint") or inside.get("Entrypoint"):
        raise _CannotStart("the image has an entrypoint of its own, which needs the base's layers")
    command = own.get("Command") or inside.get("Cmd") or []
    if len(command) != 1:
        raise _CannotStart(f"the command {command} is not one handler")
    variables = dict(one.split("=", 1) for one in inside.get("Env") or [])
    variables |= (config.get("Environment") or {}).get("Variables") or {}
    root = folder_of(config)
    return {
        **config,
        "Runtime": f"python{python}",
        "Handler": command[0],
        "Environment": {"Variables": {name: _on_this_machine(value, root) for name, value in variables.items()}},
        IMAGE_ROOT: str(root),
        IMAGE_FOLDER: own.get("WorkingDirectory") or inside.get("WorkingDir") or "/var/task",
    }


def _require_architecture(config: Json, image: str, labels: Json) -> None:
    """Refuse an image for another processor than the function's, or than this machine's."""
    function = _DOCKER[(config.get("Architectures") or ["x86_64"])[0]]
    if function not in (image, labels.get(STANDS_FOR)):
        raise _CannotStart(f"exec format error: the image is for {image}, the function for {function}")
    if image != _DOCKER.get(platform.machine(), platform.machine()):
        raise _CannotStart(f"exec format error: the image is for {image}, this machine is {platform.machine()}")


@lru_cache(maxsize=1024)
def _on_this_machine(value: str, root: Path) -> str:
    """Return a variable's value in which folders of the image are those of this machine; its files never change."""
    parts = value.split(":")
    return ":".join(f"{root}{part}" if part.startswith("/") and (root / part[1:]).exists() else part for part in parts)


def _execute(docker: Any) -> Any:
    def execute(function: Json, event: Any, request_id: str) -> Any:
        config = function.get("config") or function
        if not _is_image(config):
            return docker(function, event, request_id)
        try:
            ready = runnable(config)
        except (BadImage, _CannotStart) as error:
            kind = error.kind if isinstance(error, _CannotStart) else "Runtime.InvalidImage"
            failure = {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {error}"}
            return {"body": failure, "error": True, "log": f"{kind}: {error}"}
        code = config["CodeSha256"].encode()
        return lambda_svc._execute_function_warm({**function, "config": ready, "code_zip": code}, event, request_id)

    return execute


def _wrap_api() -> None:
    create, update, configure = lambda_svc._create_function, lambda_svc._update_code, lambda_svc._update_config
    build, get = lambda_svc._build_config, lambda_svc._get_function

    def build_config(name: str, data: Json, code_zip: bytes | None = None) -> Json:
        config: Json = build(name, data, code_zip)
        if uri := (data.get("Code") or {}).get("ImageUri"):
            _described(config, uri, source_of(uri, config["FunctionArn"]).digest)
        return config

    def create_function(*arguments: Any, **options: Any) -> Any:
        try:
            return create(*arguments, **options)
        except Refused as refused:
            return refused.answer

    def update_code(name: str, data: Json) -> Any:
        function = lambda_svc._functions.get(name)
        config = function["config"] if function else {}
        kind = config.get("PackageType")
        given = [key for key in ("ImageUri", "ZipFile", "S3Bucket") if key in data]
        if config and given and (kind == "Image") != (given[0] == "ImageUri"):
            text = f"Please don't provide {given[0]} when updating a function with packageType {kind}."
            return Refused(text).answer
        before = dict(config)
        try:
            if config and "ImageUri" in data:
                _described(config, data["ImageUri"], source_of(data["ImageUri"], config["FunctionArn"]).digest)
        except Refused as refused:
            return refused.answer
        answer = update(name, data)
        if answer[0] >= 400 and config:
            config |= before
        return answer

    def update_config(name: str, data: Json) -> Any:
        function = lambda_svc._functions.get(name)
        if function and _is_image(function["config"]):
            data = {key: value for key, value in data.items() if key not in ("Runtime", "Handler")}
        return configure(name, data)

    def get_function(name: str, qualifier: str | None = None) -> Any:
        status, headers, body = get(name, qualifier)
        if status != 200:
            return status, headers, body
        found = json.loads(body)
        if _is_image(config := found["Configuration"]):
            found["Code"]["ResolvedImageUri"] = resolved(config["ImageUri"], f"sha256:{config['CodeSha256']}")
            body = json.dumps(found).encode()
        return status, headers, body

    lambda_svc._build_config, lambda_svc._create_function = build_config, create_function
    lambda_svc._update_code, lambda_svc._update_config = update_code, update_config
    lambda_svc._get_function = get_function


def _wrap_templates() -> None:
    handlers = HANDLERS[FUNCTION] = dict(HANDLERS[FUNCTION])
    create = handlers["create"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        uri = (properties.get("Code") or {}).get("ImageUri")
        if not uri:
            return create(logical_id, properties, stack)
        name = properties.get("FunctionName") or ""
        arn = f"arn:aws:lambda:{lambda_svc.get_region()}:{lambda_svc.get_account_id()}:function:{name}"
        try:
            digest = source_of(uri, arn).digest
        except Refused as refused:
            raise ValueError(str(refused)) from None
        result = create(logical_id, properties, stack)
        _described(lambda_svc._functions[result[0]]["config"], uri, digest)
        return result

    handlers["create"] = created


def install() -> None:
    """Look images up at deployment, and run them."""
    _wrap_api()
    _wrap_templates()
    lambda_svc._execute_function_docker = _execute(lambda_svc._execute_function_docker)
