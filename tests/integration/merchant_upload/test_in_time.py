"""The five minutes: each finished file says its seconds, and one that is not finished is found without a metric."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.stuck import stuck
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.contract import MERCHANTS, file, new_id, row
from tests.support.waiting import wait_for

METRIC = {"Namespace": "Hallmark/MerchantUpload", "Dimensions": [["Stage"]]}
LATE, LIMIT = timedelta(minutes=6), 300


def _said(stage: Stage, upload_id: str) -> list[dict[str, Any]]:
    """Return the metrics of an upload, in whichever function's log they stand."""
    found: list[dict[str, Any]] = []
    for output in (Output.VALIDATION_ARN, Output.ANOMALY_DETECTION_ARN):
        group = f"/aws/lambda/{stage.outputs[output].rpartition(':')[2]}"
        asked = stage.client("logs").get_paginator("filter_log_events")
        pages = asked.paginate(logGroupName=group, filterPattern=f'"{upload_id}"')
        lines = [
            json.loads(event["message"]) for page in pages for event in page["events"] if "_aws" in event["message"]
        ]
        found += [line for line in lines if line.get("uploadId") == upload_id]
    return found


@pytest.mark.control("MU_SLA")
@pytest.mark.parametrize(("content", "rows"), [(file([row(new_id()), row(new_id(), amount="x")]), 2), (b"no csv", 0)])
def test_a_file_that_is_done_or_refused_says_its_seconds_once(
    stage: Stage, merchant: Any, content: bytes, rows: int
) -> None:
    done = merchant(MERCHANTS[0]).through(content)
    (line,) = wait_for(lambda: _said(stage, done["uploadId"]), "the metric of the file")
    seconds = (clock.from_text(done["finishedAt"]) - clock.from_text(done["uploadedAt"])).total_seconds()
    assert (line["Stage"], line["Rows"]) == (stage.name, rows)
    assert line["FileSeconds"] == pytest.approx(seconds) and 0 <= seconds <= LIMIT
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert {key: directive[key] for key in METRIC} == METRIC
    assert {"Name": "FileSeconds", "Unit": "Seconds"} in directive["Metrics"]


@pytest.mark.control("MU_SLA")
@pytest.mark.parametrize("uploaded_at", [True, False])
def test_a_file_that_no_function_finishes_is_found(stage: Stage, merchant: Any, uploaded_at: bool) -> None:
    client = merchant(MERCHANTS[0])
    form = client.form()
    key = {"transaction_id": {"S": f"{client.name}#{form['uploadId']}"}, "timestamp": {"N": "0"}}
    table = {"TableName": stage.outputs[Output.TRANSACTIONS_TABLE], "Key": key}
    now = datetime.now(UTC)
    assert form["uploadId"] not in [one.id for one in stuck(stage, now + LATE)]
    if uploaded_at:
        # As `validation` leaves it when it is ended in mid-file.
        stage.client("dynamodb").update_item(
            **table,
            UpdateExpression="SET #s = :s, uploadedAt = :at",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": {"S": "processing"}, ":at": {"S": clock.to_text(now)}},
        )
    else:
        # An object of the upload of which no function hears, as when S3 may not call one.
        stage.client("s3").put_object(
            Bucket=stage.outputs[Output.FILES_BUCKET],
            Key=f"{form['key']}.part",
            Body=b"",
            ServerSideEncryption="aws:kms",
        )

    def found(when: datetime) -> list[str]:
        return [one.id for one in stuck(stage, when) if one.advice]

    wait_for(lambda: form["uploadId"] in found(now + LATE), "the stuck file in the index")
    assert form["uploadId"] not in found(now)
    stage.client("dynamodb").delete_item(**table)
