"""Dockerfiles of functions: one base, no root, nothing of another function."""

from pathlib import Path

import pytest

from hallmark.images.lint import problems
from infra.constructs.image_function import BASE_IMAGE

GOOD = f"""\
FROM {BASE_IMAGE}
COPY vault/__init__.py vault/
COPY vault/keeper vault/keeper
USER 993
HEALTHCHECK NONE
CMD ["vault.keeper.index.handler"]
"""


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("", "", []),
        (BASE_IMAGE, "public.ecr.aws/lambda/python:latest", ["BASE"]),
        (BASE_IMAGE, "public.ecr.aws/lambda/python:3.12", ["BASE"]),
        (BASE_IMAGE, f"docker.io/other@sha256:{'0' * 64}", ["BASE"]),
        ("USER 993\n", "", ["USER"]),
        ("USER 993", "USER root", ["USER"]),
        ("USER 993", "USER 0:0", ["USER"]),
        ("COPY vault/keeper vault/keeper", "COPY vault vault", ["CONTENT"]),
        ("USER", "RUN curl https://example.com\nUSER", ["DOCKERFILE"]),
        ("COPY vault/__init__.py", "ADD vault/__init__.py", ["DOCKERFILE"]),
        ("USER", "RUN pip install boto3\nUSER", ["DOCKERFILE"]),
        ("vault/__init__.py", "vault/missing.py", ["DOCKERFILE"]),
    ],
)
def test_what_is_asked_of_a_dockerfile(tmp_path: Path, old: str, new: str, rules: list[str]) -> None:
    context = tmp_path / "lambda"
    for name in ("keeper", "other"):
        (context / "vault" / name).mkdir(parents=True)
        (context / "vault" / name / "index.py").write_text("")
        (context / "vault" / name / "Dockerfile").write_text(GOOD)
    (context / "vault/__init__.py").write_text("")
    (context / ".dockerignore").write_text("**/Dockerfile\n")
    path = context / "vault/keeper/Dockerfile"
    path.write_text(GOOD.replace(old, new) if old else GOOD)
    found = list(problems(path, context))
    assert [one.rule for one in found] == [f"HALLMARK_{rule}" for rule in rules]
    assert all(one.file == "lambda/vault/keeper/Dockerfile" and "\n" not in one.message for one in found)
