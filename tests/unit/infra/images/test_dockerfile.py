"""The subset of Dockerfiles: what it means, and one line with file and line for everything else."""

from pathlib import Path

import pytest

from infra.errors import UserError
from infra.images.dockerfile import Copy, read
from infra.images.installs import Install

GOOD = """\
# What the function runs on.
ARG VERSION=3.11
FROM public.ecr.aws/lambda/python:${VERSION}
ARG SYSTEM=vault
ENV PLACE=${LAMBDA_TASK_ROOT} MODE="as is"
COPY ${SYSTEM}/requirements.txt /tmp/
RUN pip install --no-cache-dir \\
    # not a command
    --require-hashes -r /tmp/requirements.txt --target "${PLACE}"
COPY ${SYSTEM}/*.py ["a"] vault/
COPY shared ${LAMBDA_TASK_ROOT}
COPY setting.json other.json
USER 993
HEALTHCHECK NONE
CMD ["vault.index.handler"]
""".replace(' ["a"]', " a.txt")
BASE = "FROM base:1\n"
END = '\nCMD ["a.handler"]\n'


@pytest.fixture
def said(tmp_path: Path):
    def of(text: str, **arguments: str):
        (tmp_path / "Dockerfile").write_text(text)
        return read(tmp_path / "Dockerfile", arguments)

    return of


def test_everything_that_it_takes(said):
    found = said(GOOD)
    assert (found.base, found.command, found.user, found.folder) == (
        "public.ecr.aws/lambda/python:3.11",
        ("vault.index.handler",),
        "993",
        "/var/task",
    )
    assert found.environment["MODE"] == "as is" and found.environment["PLACE"] == "/var/task"
    steps = [
        (step.sources, step.target, step.into) if isinstance(step, Copy) else (step.lock, step.target)
        for step in found.steps
    ]
    assert steps == [
        (("vault/requirements.txt",), "/tmp", True),
        ("/tmp/requirements.txt", "/var/task"),
        (("vault/*.py", "a.txt"), "/var/task/vault", True),
        # A folder that the base has: a file would go into it.
        (("shared",), "/var/task", True),
        (("setting.json",), "/var/task/other.json", False),
    ]
    assert [type(step) for step in found.steps].count(Install) == 1


def test_an_argument_may_be_given(said):
    assert said(GOOD, VERSION="3.12").base == "public.ecr.aws/lambda/python:3.12"


@pytest.mark.parametrize(
    ("pip", "target"),
    [
        ("python3.11 -m pip install --require-hashes --requirement=r.txt --target=.", "/var/task"),
        ("pip3 install -t /opt/python -r r.txt --require-hashes --only-binary :all:", "/opt/python"),
        ('["pip", "install", "--require-hashes", "-r", "r.txt", "-t", "lib"]', "/var/task/lib"),
    ],
)
def test_pip_in_its_forms(said, pip, target):
    found = said(f"{BASE}RUN {pip}{END}").steps[0]
    assert (found.lock, found.target) == ("/var/task/r.txt", target)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "FROM is missing"),
        (BASE, 1, "CMD is missing"),
        (END, 2, "stands before FROM"),
        ("# syntax=docker/dockerfile:1\n" + BASE + END, 1, "parser directive `syntax`"),
        (f"{BASE}FROM other:1{END}", 2, "FROM stands twice"),
        ("FROM --platform=linux/arm64 base:1" + END, 1, "takes one image"),
        ("FROM base:1 AS build" + END, 1, "takes one image"),
        ("FROM base:${WHICH}" + END, 1, "no ARG or ENV before it sets"),
        (f"{BASE}ADD a b{END}", 2, "ADD is not supported"),
        (f"{BASE}ONBUILD RUN x{END}", 2, "ONBUILD is not supported"),
        (f"{BASE}FRM x{END}", 2, "FRM is not supported"),
        (f"{BASE}COPY --from=0 a b{END}", 2, "--from=0"),
        (f"{BASE}COPY a{END}", 2, "needs a source and a target"),
        (f"{BASE}COPY a b c{END}", 2, "must be a folder and end with /"),
        (f"{BASE}COPY *.py c{END}", 2, "must be a folder and end with /"),
        (f"{BASE}COPY <<EOF c{END}", 2, "here-document"),
        (f'{BASE}COPY ["a", 1]{END}', 2, "malformed list"),
        (f'{BASE}COPY "a b{END}', 2, "quotation that does not end"),
        (f"{BASE}COPY ${{x!}} b{END}", 2, "cannot be expanded"),
        (f"{BASE}ENV A{END}", 2, "malformed value"),
        (f"{BASE}ENV 1=2{END}", 2, "malformed value"),
        (f"{BASE}ARG 1=2{END}", 2, "has the name '1'"),
        (f"{BASE}WORKDIR a b{END}", 2, "takes one folder"),
        (f"{BASE}WORKDIR{END}", 2, "has no arguments"),
        (f"{BASE}USER a b{END}", 2, "takes one user"),
        (f"{BASE}HEALTHCHECK CMD true{END}", 2, "must be HEALTHCHECK NONE"),
        (f"{BASE}CMD a.handler", 2, "must name the handler"),
        (f'{BASE}CMD ["a", "b"]', 2, "must name the handler"),
        (f"{BASE}RUN yum install x{END}", 2, "runs yum"),
        (f"{BASE}RUN pip download x{END}", 2, "runs pip"),
        (f"{BASE}RUN pip install --require-hashes -r r -t t && rm r{END}", 2, "one command without the shell"),
        (f"{BASE}RUN pip install -r r -t t{END}", 2, "must install a lock with hashes"),
        (f"{BASE}RUN pip install --require-hashes -r r{END}", 2, "must install a lock with hashes"),
        (f"{BASE}RUN pip install --require-hashes -r r -r s -t t{END}", 2, "names two"),
        (f"{BASE}RUN pip install --require-hashes boto3 -r r -t t{END}", 2, "has boto3"),
        (f"{BASE}RUN pip install --index-url=x --require-hashes -r r -t t{END}", 2, "has --index-url=x"),
        (f"{BASE}RUN pip install --require-hashes -t t -r{END}", 2, "without a value"),
        (f"{BASE}USER a \\", 2, "ends with a backslash"),
    ],
)
def test_anything_else_is_one_line(said, text, line, words):
    with pytest.raises(UserError) as raised:
        said(text)
    message = str(raised.value)
    assert f"Dockerfile:{line}: " in message and words in message and "\n" not in message


def test_a_dockerfile_that_is_none_is_one_line(tmp_path):
    (tmp_path / "Dockerfile").write_bytes(b"FROM \xff")
    for name in ("Dockerfile", "missing"):
        with pytest.raises(UserError, match="cannot be read as UTF-8 text"):
            read(tmp_path / name)
