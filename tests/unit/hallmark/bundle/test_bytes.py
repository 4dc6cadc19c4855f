"""One byte changed anywhere in a bundle is found, and named."""

import io
import random
import stat
import zipfile
from collections.abc import Callable

import pytest

from hallmark.bundle import container
from hallmark.bundle.altered import AlteredError
from hallmark.bundle.verification import verify

SMALL = {"a/one.json": b"{}", "a/two.txt": b"some text\n", "b": b"", "manifest.json": b"\0\xff" * 9}


def _refused(data: bytes, check: Callable[[bytes], object] = verify) -> AlteredError:
    with pytest.raises(AlteredError) as refused:
        check(data)
    assert refused.value.name
    assert refused.value.how
    return refused.value


def test_what_is_written_is_read_and_every_reader_can(data: bytes) -> None:
    written = container.write(SMALL)
    assert {name: bytes(content) for name, content in container.read(written).items()} == SMALL
    assert container.write(dict(reversed(SMALL.items()))) == written
    for one in (written, data):
        with zipfile.ZipFile(io.BytesIO(one)) as found:
            assert found.testzip() is None
            assert found.namelist() == sorted(found.namelist())
            assert {info.date_time for info in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {info.external_attr >> 16 for info in found.infolist()} == {stat.S_IFREG | 0o644}


@pytest.mark.parametrize("change", [1, 0x80, 0xFF])
def test_every_byte_of_a_small_zip(change: int) -> None:
    written = container.write(SMALL)
    for at in range(len(written)):
        other = written[:at] + bytes([written[at] ^ change]) + written[at + 1 :]
        _refused(other, container.read)
        _refused(written[:at], container.read)
        _refused(written[:at] + b"x" + written[at:], container.read)
        _refused(written[:at] + written[at + 1 :], container.read)


def test_bytes_of_a_bundle_name_their_member(data: bytes) -> None:
    view, spans, at = container.read(data), [], 0
    for name, content in view.items():
        header = 30 + len(name)
        spans.append((name, at, at + header + len(content), header))
        at += header + len(content)
    chance = random.Random(7)
    for name, start, end, header in spans:
        places = [*range(start, start + header), *(chance.randrange(start, end) for _ in range(20))]
        for place in places:
            other = bytearray(data)
            other[place] ^= 1 << chance.randrange(8)
            assert _refused(bytes(other), container.read).name == name
    for place in range(at, len(data)):
        other = bytearray(data)
        other[place] ^= 1 << chance.randrange(8)
        _refused(bytes(other), container.read)


@pytest.mark.parametrize("put", ["before", "after", "comment", "archive comment"])
def test_bytes_around(data: bytes, put: str) -> None:
    others = {
        "before": b"#!/bin/sh\n" + data,
        "after": data + b"\n",
        "comment": data[:-2] + b"\x01\x00x",
        "archive comment": data[:-2] + b"\x04\x00PK\x05\x06",
    }
    _refused(others[put])


def _packed(
    members: dict[str, bytes], edit: Callable[[zipfile.ZipInfo], None], method: int = zipfile.ZIP_STORED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            edit(info)
            made.writestr(info, content)
    return out.getvalue()


def _link(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def test_a_zip_of_another_tool() -> None:
    assert _packed(SMALL, lambda _: None) == container.write(SMALL)
    assert "packed again" in _refused(_packed(SMALL, lambda _: None, zipfile.ZIP_DEFLATED), container.read).how
    _refused(_packed(SMALL, _link), container.read)
    _refused(_packed({"bomb": bytes(10**7)}, lambda _: None, zipfile.ZIP_DEFLATED), container.read)


@pytest.mark.parametrize(
    "name",
    [
        *("/etc/passwd", "../up", "a/../../b", "C:/x", "a\\b", "a//b", "./a", "con", "a/NUL.txt", "a/b.", "a b", "ä"),
        *("a/", "", "x" * 401, "a:b", "a/ b", "-rf", ".../x"),
    ],
)
def test_names_that_lead_elsewhere(name: str) -> None:
    assert container.trouble_of(name)
    with pytest.raises(ValueError):
        container.write({name: b""})
    if name:
        _refused(_packed({name: b"x"}, lambda _: None), container.read)


@pytest.mark.parametrize("names", [("a", "A"), ("a/b", "A/B"), ("a", "a/b")])
def test_names_that_are_one_elsewhere(names: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="same"):
        container.write(dict.fromkeys(names, b""))


def test_a_size_beyond_the_end() -> None:
    written = bytearray(container.write({"a": b"x"}))
    written[18:26] = b"\xff\xff\xff\x7f" * 2
    assert "size" in _refused(bytes(written), container.read).how


def test_doubled_swapped_added_and_removed_members(data: bytes) -> None:
    first, second, *rest = container.read(data)
    length = 30 + len(first) + len(container.read(data)[first])
    assert _refused(data[:length] + data).name in {first, second}
    both = length + 30 + len(second) + len(container.read(data)[second])
    assert _refused(data[length:both] + data[:length] + data[both:]).name in {first, second}
    members = {name: bytes(content) for name, content in container.read(data).items()}
    assert _refused(container.write({**members, "report/more.html": b"x"})).name == "report/more.html"
    for gone in (first, rest[-1], "manifest.json", "statement.dsse.json"):
        assert _refused(container.write({name: text for name, text in members.items() if name != gone})).name == gone
