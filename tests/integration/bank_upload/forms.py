"""multipart/form-data, written by hand."""

FORM, BOUNDARY = "multipart/form-data", "----written-by-hand-7MA4YWxk"
DISPOSITION = 'Content-Disposition: form-data; name="file"; filename="report.csv"'


def part(content: bytes, *headers: str) -> bytes:
    """Return a part; without its boundary."""
    return "\r\n".join([*headers, "", ""]).encode() + content


def joined(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    """Return parts as a body."""
    delimiter = f"--{boundary}".encode()
    return b"".join(delimiter + b"\r\n" + one + b"\r\n" for one in parts) + delimiter + b"--\r\n"


def form(content: bytes, kind: str = "text/csv", boundary: str = BOUNDARY) -> bytes:
    """Return a body with one file."""
    return joined(part(content, DISPOSITION, f"Content-Type: {kind}"), boundary=boundary)
