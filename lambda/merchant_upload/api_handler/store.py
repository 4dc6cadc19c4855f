"""What `api_handler` asks of AWS: one item to write or to read, one signature."""

from typing import Any, Optional

import boto3
from boto3.dynamodb.conditions import Key
from botocore.config import Config

from merchant_upload.api_handler.logic import VALID_SECONDS, Upload
from merchant_upload.items import UPLOAD, upload_key

# The API gives up after 29 s, the function after 10: three attempts must fit.
_CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3})


class Store:
    """The table of uploads and the bucket that files go to."""

    def __init__(self, table: str, bucket: str) -> None:
        self._table = boto3.resource("dynamodb", config=_CONFIG).Table(table)
        self._bucket = bucket
        # The region's own address: the global one redirects a form for a new bucket, which browsers do not follow.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
        own = Config(signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"})
        self._s3 = boto3.client("s3", config=_CONFIG.merge(own))

    def record(self, upload: Upload) -> None:
        """Write the upload's item; its id is new, so nothing is overwritten."""
        self._table.put_item(Item=upload.record(), ConditionExpression="attribute_not_exists(transaction_id)")

    def find(self, merchant: str, bare_id: str, kind: str) -> Optional[dict[str, Any]]:
        """Return the merchant's own upload or row with an id, as it is now, or None."""
        key = upload_key(merchant, bare_id)
        if kind == UPLOAD:
            found = self._table.get_item(Key=key, ConsistentRead=True)
            return _of_kind(kind, [found["Item"]] if "Item" in found else [])
        # A row's time is not known; its claim has the same id, and an earlier time.
        found = self._table.query(
            KeyConditionExpression=Key("transaction_id").eq(key["transaction_id"]),
            ScanIndexForward=False,
            Limit=1,
            ConsistentRead=True,
        )
        return _of_kind(kind, found["Items"])

    def form(self, upload: Upload) -> dict[str, Any]:
        """Return `url` and `fields` of a presigned POST; nothing is sent. Its policy fixes all that the fields say.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
        """
        fields, most = upload.fields(), upload.request.max_bytes
        least = 0 if upload.request.size is None else most
        conditions = [{name: value} for name, value in fields.items()]
        form: dict[str, Any] = self._s3.generate_presigned_post(
            self._bucket,
            upload.key,
            Fields=fields,
            Conditions=[*conditions, ["content-length-range", least, most]],
            ExpiresIn=VALID_SECONDS,
        )
        return form


def _of_kind(kind: str, items: list[dict[str, Any]]) -> Optional[dict[str, Any]]:
    return items[0] if items and items[0]["kind"] == kind else None
