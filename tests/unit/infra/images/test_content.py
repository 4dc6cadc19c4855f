"""What goes into an image, and the tag that names it."""

import pytest

from infra.constructs.image_function import CONTEXT
from infra.errors import UserError
from infra.images.content import content_tag
from infra.images.context import context_of, taken
from infra.images.dockerfile import read

FILES = {
    "vault/index.py": "one",
    "vault/deep/two.py": "two",
    "vault/notes.md": "notes",
    "vault/__pycache__/index.pyc": "compiled",
    "other/index.py": "other",
    "setting.json": "{}",
}


@pytest.fixture
def built(tmp_path):
    """Write a context, and return a function from the Dockerfile's COPY lines to what is taken: place -> content."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def of(*lines, ignore=""):
        dockerfile = tmp_path / "Dockerfile"
        dockerfile.write_text("\n".join(["FROM base:1", *lines, 'CMD ["a.handler"]']))
        (tmp_path / ".dockerignore").write_text(ignore)
        found = taken(read(dockerfile), context_of(tmp_path, dockerfile))
        return {one.place: one.file.read_text() for _, files in found for one in files}

    return of


def test_a_folders_content_and_a_files_name(built):
    assert built("COPY vault/ code/", "COPY other/index.py main.py", "COPY setting.json .") == {
        "/var/task/code/index.py": "one",
        "/var/task/code/deep/two.py": "two",
        "/var/task/code/notes.md": "notes",
        "/var/task/code/__pycache__/index.pyc": "compiled",
        "/var/task/main.py": "other",
        "/var/task/setting.json": "{}",
    }


def test_patterns_do_not_cross_folders_and_later_sources_win(built):
    assert built("COPY vault/*.py other/*.py x/") == {"/var/task/x/index.py": "other"}
    assert built("COPY va?l[st]/index.py x/") == {"/var/task/x/index.py": "one"}


@pytest.mark.parametrize(
    ("ignore", "kept"),
    [
        ("", {"index.py", "deep/two.py", "notes.md", "__pycache__/index.pyc"}),
        ("**/__pycache__\n# a comment\n\n*.md", {"index.py", "deep/two.py", "notes.md"}),
        ("**/*.md\n**/*.pyc", {"index.py", "deep/two.py"}),
        ("/vault/deep/", {"index.py", "notes.md", "__pycache__/index.pyc"}),
        ("**\n!vault/deep", {"deep/two.py"}),
        ("vault\n!vault/*.py\nvault/index.py\n!**/two.py", {"deep/two.py"}),
        ("*\n!vault", {"index.py", "deep/two.py", "notes.md", "__pycache__/index.pyc"}),
    ],
)
def test_what_is_ignored(built, ignore, kept):
    assert {place.removeprefix("/var/task/") for place in built("COPY vault .", ignore=ignore)} == kept


@pytest.mark.parametrize(
    ("line", "ignore", "words"),
    [
        ("COPY missing .", "", "takes missing, which is not in the context"),
        ("COPY vault .", "vault", "or .dockerignore leaves it out"),
        ("COPY ../secret .", "", "outside of the context"),
        ("COPY *.toml x/", "", "not in the context"),
    ],
)
def test_a_source_that_cannot_be_taken_is_one_line(built, line, ignore, words):
    with pytest.raises(UserError, match=words) as raised:
        built(line, ignore=ignore)
    assert "Dockerfile:2: COPY " in str(raised.value)


def test_a_malformed_pattern_and_a_symbolic_link_are_one_line(built, tmp_path):
    with pytest.raises(UserError, match=r"\.dockerignore:2: '\.\./x' is no pattern"):
        built("COPY vault .", ignore="a\n../x")
    (tmp_path / "vault" / "link").symlink_to("index.py")
    with pytest.raises(UserError, match="takes vault/link, a symbolic link"):
        built("COPY vault .")


def test_the_tag_follows_from_what_goes_in_and_nothing_else(built, tmp_path):
    def tag():
        built("COPY vault .", ignore="**/*.md")
        return content_tag(tmp_path / "Dockerfile", tmp_path)

    first = tag()
    assert len(first) == 64 and int(first, 16)
    (tmp_path / "vault/notes.md").write_text("ignored")
    (tmp_path / "other/index.py").write_text("not copied")
    (tmp_path / "vault/index.py").touch()
    (tmp_path / "vault/index.py").chmod(0o664)
    assert tag() == first
    seen = {first}
    for change in (
        lambda: (tmp_path / "vault/index.py").write_text("changed"),
        lambda: (tmp_path / "vault/index.py").chmod(0o755),
        lambda: (tmp_path / "vault/deep/two.py").rename(tmp_path / "vault/deep/three.py"),
        lambda: (tmp_path / "vault/new.py").write_text(""),
    ):
        change()
        seen.add(tag())
    assert len(seen) == 5
    built("COPY vault . ", "USER 993", ignore="**/*.md")
    assert content_tag(tmp_path / "Dockerfile", tmp_path) not in seen


@pytest.mark.parametrize(
    "left", [".index.py.swp", "index.py~", "index.py.orig", ".DS_Store", ".idea/a.xml", "__pycache__/i.pyc", "x.tmp"]
)
def test_what_tools_leave_beside_the_sources_is_in_no_image(built, tmp_path, left):
    ignore = (CONTEXT / ".dockerignore").read_text()
    built("COPY vault vault", ignore=ignore)
    first = content_tag(tmp_path / "Dockerfile", tmp_path)
    (tmp_path / "vault" / left).parent.mkdir(exist_ok=True)
    (tmp_path / "vault" / left).write_text("left")
    assert content_tag(tmp_path / "Dockerfile", tmp_path) == first
