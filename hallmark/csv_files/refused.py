"""Files that are refused whole, each for one rule, made of a few good rows."""

from collections.abc import Callable, Mapping, Sequence

from hallmark.csv_files.layout import Draft, Layout

Make = Callable[[Sequence[Draft]], bytes]
_BEGIN = b"txn-"  # of the ids of all generated rows


def kinds(columns: tuple[str, ...], most_rows: int) -> Mapping[str, tuple[str, Make]]:
    """Return by what is wrong the rule and what makes a file so; the last column may have any name in its place."""
    good = Layout(columns)

    def replaced(old: bytes, new: bytes) -> Make:
        return lambda rows: good.bytes(rows).replace(old, new, 1)

    def after(tail: bytes) -> Make:
        return lambda rows: good.bytes(rows) + tail

    def header(*names: str) -> Make:
        # Columns of a row that it does not name stay where they are.
        first = ",".join(names).encode() + b"\r\n"
        return lambda rows: first + good.bytes(rows).split(b"\r\n", 1)[1]

    def only(content: bytes) -> Make:
        return lambda rows: content

    def many(rows: Sequence[Draft]) -> bytes:
        return good.bytes(rows) + b"a,b\n" * (most_rows + 1 - len(rows))

    others = columns[:-1]
    return {
        "latin-1": ("encoding", after(b"caf\xe9,\r\n")),
        "unclosed quote": ("quotes", after(b'"never closed\r\n')),
        "missing column": ("header", header(*columns[1:])),
        "empty": ("no-rows", only(b"")),
        "cvv column": ("card-number", header(*others, "cvv")),
        "too many rows": ("too-many-rows", many),
        "NUL": ("encoding", replaced(_BEGIN, b"txn\x00")),
        "text after a quote": ("quotes", after(b'"closed"open,\r\n')),
        "unknown column": ("header", header(*others, "colour")),
        "header only": ("no-rows", only(",".join(columns).encode() + b"\r\n")),
        "card number in the header": ("card-number", header(*others, "4111 1111 1111 1111")),
        "lone CR": ("encoding", replaced(b"\r\n", b"\r")),
        "repeated column": ("header", header(*others, columns[0])),
        "UTF-16": ("encoding", lambda rows: good.bytes(rows).decode().encode("utf-16")),
        "unnamed column": ("header", header(*others, "")),
        "no header": ("header", lambda rows: good.bytes(rows).split(b"\r\n", 1)[1]),
        "capitals": ("header", header(*map(str.upper, columns))),
        "semicolons": ("header", lambda rows: good.bytes(rows).replace(b",", b";")),
        "no CSV": ("encoding", only(b"PK\x03\x04\x00\x00\x00\x00" + bytes(range(256)))),
        "empty lines": ("no-rows", only(b"\r\n\r\n\r\n")),
    }
