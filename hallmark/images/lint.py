"""What we ask of Dockerfiles beside checkov's checks; standard library only.

Most is asked by their reader, which refuses ADD, downloads and packages without hashes.
"""

from collections.abc import Iterator
from pathlib import Path

from hallmark.evidence import ToolFinding
from infra.constructs.image_function import BASE_IMAGE, CONTEXT, image_functions
from infra.errors import UserError
from infra.images.context import context_of, taken
from infra.images.dockerfile import Dockerfile, read

TOOL = "checkov"
ROOT_USERS = ("", "root", "0")


def problems(path: Path, context: Path = CONTEXT) -> Iterator[ToolFinding]:
    """Yield what is wrong with a function's Dockerfile."""
    label = path.relative_to(context.parent).as_posix()

    def finding(rule: str, message: str) -> ToolFinding:
        return ToolFinding(TOOL, f"HALLMARK_{rule}", path.parent.name, label, 1, message)

    try:
        found = read(path)
        foreign = list(_foreign(found, path, context))
    except UserError as error:
        yield finding("DOCKERFILE", str(error))
        return
    if found.base != BASE_IMAGE:
        yield finding("BASE", f"FROM {found.base}: use {BASE_IMAGE}, the one base of all images")
    if found.user.partition(":")[0] in ROOT_USERS:
        yield finding("USER", "runs as root: add USER with a number that is not 0")
    for name in foreign:
        yield finding("CONTENT", f"copies {name}, which is another function's: copy what this one needs")


def _foreign(found: Dockerfile, path: Path, context: Path) -> Iterator[str]:
    """Yield the files of other functions that an image takes."""
    folders = [context / system / function for system, function in image_functions(context)]
    others = [folder for folder in folders if folder != path.parent]
    for _, files in taken(found, context_of(context, path)):
        for one in files:
            if any(one.file.is_relative_to(folder) for folder in others):
                yield one.file.relative_to(context).as_posix()
