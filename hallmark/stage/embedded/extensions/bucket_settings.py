"""Bucket settings that the emulator's S3 lacks: those of which a bucket can have many, by id; who pays; and
lifecycle's minimum object size.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketInventoryConfigurations.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
"""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from ministack.services import s3

SMALLEST_HEADER, SMALLEST = "x-amz-transition-default-minimum-object-size", "all_storage_classes_128K"
_SMALLEST = "_transition_minimum"
# A request's query, and the answer to a list of such configurations.
_LISTED = {
    "intelligent-tiering": "ListBucketIntelligentTieringConfigurationsOutput",
    "analytics": "ListBucketAnalyticsConfigurationResult",
    "inventory": "ListInventoryConfigurationsResult",
    "metrics": "ListMetricsConfigurationsResult",
}
Answer = tuple[int, dict[str, str], bytes]


def keep(bucket: str, kind: str, name: str, body: bytes) -> Answer:
    """Keep a configuration of a kind, as S3 accepts it."""
    s3._buckets[bucket].setdefault(f"_{kind}", {})[name] = body
    return 200, {}, b""


def keep_smallest(bucket: str, size: str) -> None:
    """Keep `all_storage_classes_128K` or `varies_by_storage_class`."""
    s3._buckets[bucket][_SMALLEST] = size


def _kept(bucket: str, kind: str) -> dict[str, bytes]:
    found: dict[str, bytes] = s3._buckets[bucket].get(f"_{kind}", {})
    return found


def _xml(body: bytes) -> Answer:
    return 200, {"Content-Type": "application/xml"}, body


def _listed(bucket: str, kind: str) -> Answer:
    answer = Element(_LISTED[kind])
    SubElement(answer, "IsTruncated").text = "false"
    answer.extend(fromstring(body) for body in _kept(bucket, kind).values())
    return _xml(tostring(answer))


def _configuration(method: str, bucket: str, body: bytes, kind: str, name: str | None) -> Answer:
    if method == "GET" and name is None:
        return _listed(bucket, kind)
    if method == "PUT" and name is not None:
        return keep(bucket, kind, name, body)
    if name not in _kept(bucket, kind):
        missing: Answer = s3._error("NoSuchConfiguration", "The specified configuration does not exist.", 404)
        return missing
    if method == "DELETE":
        del _kept(bucket, kind)[name]
        return 204, {}, b""
    return _xml(_kept(bucket, kind)[name])


def install() -> None:
    """Serve the configurations, and return the minimum size that was set with the lifecycle."""
    dispatch = s3._dispatch

    def dispatch_request(method: str, bucket: str, key: str, headers: Any, body: bytes, query: Any) -> Answer:
        known = bool(bucket) and not key and bucket in s3._buckets
        kind = next((one for one in _LISTED if one in query), None) if known else None
        if kind:
            return _configuration(method, bucket, body, kind, s3._qp(query, "id") or None)
        if known and method == "GET" and "requestPayment" in query:
            payer: Answer = s3._get_bucket_request_payment(bucket)
            return payer
        answer: Answer = dispatch(method, bucket, key, headers, body, query)
        if known and "lifecycle" in query and answer[0] < 300 and method in ("GET", "PUT"):
            if method == "PUT":
                keep_smallest(bucket, headers.get(SMALLEST_HEADER) or SMALLEST)
            size = s3._buckets[bucket].get(_SMALLEST, SMALLEST)
            return answer[0], {**answer[1], SMALLEST_HEADER: size}, answer[2]
        return answer

    s3._dispatch = dispatch_request
