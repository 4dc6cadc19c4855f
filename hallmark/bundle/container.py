"""The zip of a bundle: exactly one sequence of bytes for the same members.

Members are stored, sorted by name, with one time and mode, and nothing stands before, between or after them. So a
reader writes the headers again and compares: no byte is free. Stored members also cannot grow when they are unpacked.
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise

from hallmark.bundle.altered import AlteredError

# A bundle of this project has some 20 MB.
LARGEST = 1 << 29
MOST_MEMBERS = 0xFFFE
LONGEST_NAME = 400
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LOCAL_FIELDS = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL_FIELDS = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END_FIELDS = struct.Struct("<4sHHHHLLH")
# 2.0, as every reader knows; no flag; stored; 1 January 1980, the first day that a zip can say.
_VERSION, _FLAGS, _STORED, _TIME, _DAY = 20, 0, 0, 0, 0x21
# Unix, a plain file that all may read.
_MADE_BY, _MODE = 3 << 8 | _VERSION, 0o100644 << 16
# Names that mean the same file on no system but one: parts begin with a letter, digit, `_` or a dot before one.
_PART = re.compile(r"\.?[A-Za-z0-9_][A-Za-z0-9._@+=,~-]*")
# What Windows takes for a device, or cuts off. https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_NAMELESS = "the entry at byte"


def trouble_of(name: str) -> str:
    """Return why a name cannot stand in a bundle, in one clause; empty where it can."""
    if len(name) > LONGEST_NAME:
        return f"the name is longer than {LONGEST_NAME} letters"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "the name is absolute"
    for part in name.split("/"):
        if part in ("", ".", ".."):
            return "the name leads out of its folder, or has an empty part"
        if not _PART.fullmatch(part) or part.endswith(".") or _DEVICE.fullmatch(part):
            return "the name has letters or parts that not every system takes as they are"
    return ""


def clash(names: Mapping[str, bytes | memoryview]) -> str:
    """Return a name that another one covers: on some systems case does not count, and no file is a folder."""
    lowered: dict[str, str] = {}
    for name in names:
        if name.lower() in lowered:
            return name
        lowered[name.lower()] = name
    folders = {"/".join(parts[:end]) for name in lowered for parts in [name.split("/")] for end in range(1, len(parts))}
    return next((name for low, name in lowered.items() if low in folders), "")


def write(members: Mapping[str, bytes]) -> bytes:
    """Return the zip of members by their names; ValueError for a name or a size that a bundle cannot have."""
    for name in members:
        if why := trouble_of(name):
            raise ValueError(f"{name!r}: {why}")
    if other := clash(members):
        raise ValueError(f"{other}: another name is the same where case does not count")
    if len(members) > MOST_MEMBERS or sum(map(len, members.values())) > LARGEST:
        raise ValueError(f"more than {MOST_MEMBERS} files or {LARGEST >> 20} MiB")
    pieces: list[bytes] = []
    for name in sorted(members):
        pieces += [_local(name, zlib.crc32(members[name]), len(members[name])), members[name]]
    return b"".join(pieces) + b"".join(piece for _, piece in _directory(members))


def _local(name: str, crc: int, size: int) -> bytes:
    fields = (_LOCAL, _VERSION, _FLAGS, _STORED, _TIME, _DAY, crc, size, size, len(name), 0)
    return _LOCAL_FIELDS.pack(*fields) + name.encode("ascii")


def _directory(members: Mapping[str, bytes | memoryview]) -> Iterator[tuple[str, bytes]]:
    """Yield the pieces after the members, with what each is."""
    offset = length = 0
    for name in sorted(members):
        content, size = members[name], len(members[name])
        about = (_MADE_BY, _VERSION, _FLAGS, _STORED, _TIME, _DAY, zlib.crc32(content), size, size)
        entry = _CENTRAL_FIELDS.pack(_CENTRAL, *about, len(name), 0, 0, 0, 0, _MODE, offset) + name.encode("ascii")
        offset += _LOCAL_FIELDS.size + len(name) + size
        length += len(entry)
        yield f"{name} (its entry in the zip's directory)", entry
    yield "the zip's end record", _END_FIELDS.pack(_END, 0, 0, len(members), len(members), length, offset, 0)


def read(data: bytes) -> dict[str, memoryview]:
    """Return the members of a zip by their names; AlteredError for the first byte that `write` would not have written.

    Nothing is unpacked: a member is a view of the data.
    """
    view, said, members = memoryview(data), _said(data), dict[str, memoryview]()
    at = 0
    while data[at : at + 4] == _LOCAL:
        name, content = _member(view, at, said.get(at, f"{_NAMELESS} {at}"))
        if name in members:
            raise AlteredError(name, "it is there twice")
        members[name] = content
        at += _LOCAL_FIELDS.size + len(name) + len(content)
    if at in said:
        raise AlteredError(said[at], "its header is not where it was, or was changed")
    for earlier, later in pairwise(members):
        if earlier > later:
            raise AlteredError(later, "it is not in its place: names are sorted")
    if other := clash(members):
        raise AlteredError(other, "another name is the same where case does not count")
    _compare_directory(data, at, members)
    return members


def _member(view: memoryview, at: int, said: str) -> tuple[str, memoryview]:
    start = at + _LOCAL_FIELDS.size
    if start > len(view):
        raise AlteredError(said, "the zip is cut off in its header")
    *_, crc, _packed, size, length, _extra = _LOCAL_FIELDS.unpack(view[at:start])
    try:
        name = str(view[start : start + length], "ascii")
    except ValueError:
        raise AlteredError(said, "its name was changed") from None
    if why := trouble_of(name):
        raise AlteredError(said, f"its name or header was changed: {name[:60]!r}: {why}")
    if name != said and not said.startswith(_NAMELESS):
        raise AlteredError(said, f"its name was changed, or another member stands in its place: {name}")
    content = view[start + length : start + length + size]
    if len(content) < size:
        raise AlteredError(name, "its header says a size beyond the zip's end, or the zip is cut off")
    if bytes(view[at : start + length]) != _local(name, crc, size):
        raise AlteredError(name, "its header was changed, or the zip was packed again")
    if zlib.crc32(content) != crc:
        raise AlteredError(name, "its content was changed: it does not have the checksum in its header")
    return name, content


def _compare_directory(data: bytes, at: int, members: Mapping[str, memoryview]) -> None:
    for what, piece in _directory(members):
        if data[at : at + len(piece)] != piece:
            cut = len(data) < at + len(piece)
            raise AlteredError(what, "it is cut off" if cut else "it was changed, or something was put before it")
        at += len(piece)
    if len(data) > at:
        raise AlteredError("the zip's end", f"something was put after it, {len(data) - at} bytes")


def _said(data: bytes) -> dict[int, str]:
    """Return the names by their places as the directory has them, as far as it can be read: to name what is wrong."""
    found: dict[int, str] = {}
    end = data.rfind(_END)
    try:
        at = _END_FIELDS.unpack_from(data, end)[6]
        while data[at : at + 4] == _CENTRAL:
            fields = _CENTRAL_FIELDS.unpack_from(data, at)
            start = at + _CENTRAL_FIELDS.size
            name = data[start : start + fields[10]].decode("ascii")
            if trouble_of(name):
                break
            found[fields[16]] = name
            at = start + fields[10] + fields[11] + fields[12]
    except (struct.error, ValueError):
        pass
    return found
