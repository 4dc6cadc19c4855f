"""Small images of functions, built by our builder."""

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

from hallmark.images.building import Platform, build_image
from hallmark.images.layout import Image
from hallmark.images.step import own_architecture

DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.11
COPY lock.txt /tmp/
RUN pip install --require-hashes -r /tmp/lock.txt --target ${LAMBDA_TASK_ROOT}
COPY code/ ${LAMBDA_TASK_ROOT}/
ENV COLOUR=green PLACE=${LAMBDA_TASK_ROOT}/code
CMD ["app.handler"]
"""
OWN = Platform(own_architecture(), stands_for="arm64")


def make_image(
    folder: Path,
    code: Mapping[str, str],
    packages: Mapping[str, str] | None = None,
    dockerfile: str = DOCKERFILE,
    platform: Platform = OWN,
) -> Image:
    """Build an image of modules, and of others that stand for those of its lock, below a folder."""
    context = folder / "context"
    for name, text in {"lock.txt": "", "Dockerfile": dockerfile, **{f"code/{k}": v for k, v in code.items()}}.items():
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(text)

    def pack(_: Path, archive: Path) -> None:
        with ZipFile(archive, "w") as files:
            for name, text in (packages or {}).items():
                files.writestr(name, text)

    return build_image(context / "Dockerfile", context, folder / "image", platform, pack)
