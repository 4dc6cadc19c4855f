"""A range of a version's bytes: the emulator gives all of it.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from typing import Any

from ministack.services import s3

Headers = dict[str, str]


def install() -> None:
    """Cut what is answered for a version to the range that the request asks for."""
    whole = s3._get_object

    def get_object(bucket: str, key: str, headers: Headers, query: dict[str, Any] | None = None) -> Any:
        asked = headers.get("range", "")
        if not asked or not s3._qp(query or {}, "versionId", ""):
            return whole(bucket, key, headers, query)
        # The checksum of the whole is not that of a range.
        kept = {name: value for name, value in headers.items() if name not in ("range", "x-amz-checksum-mode")}
        status, answered, body = whole(bucket, key, kept, query)
        if status != 200:
            return status, answered, body
        found = s3._parse_range(asked, len(body))
        if found is None:
            error = s3._xml_body(s3._range_error_xml(bucket, key))
            return 416, {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}, error
        start, end = found
        part = body[start : end + 1]
        said = {"Content-Length": str(len(part)), "Content-Range": f"bytes {start}-{end}/{len(body)}"}
        return 206, {**answered, **said}, part

    s3._get_object = get_object
