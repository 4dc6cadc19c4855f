"""Files of a repository that are templates, broken or not, are told from all others by the document's own keys."""

import pytest

from policies.engine.reading.recognition import looks_like_template

BUCKET = "Resources:\n  Data:\n    Type: AWS::S3::Bucket\n"


@pytest.mark.parametrize(
    "text",
    [
        BUCKET,
        f"\ufeff# why\n---\nDescription: d\n{BUCKET}",
        BUCKET.replace("\n", "\r\n"),
        BUCKET.replace("\n", "\r"),
        "  Resources:\n    Data: {Type: 'Custom::Thing'}\n",
        "'Resources' :\n  Data:\n    Type: Datadog::Monitors::Monitor\n",
        "--- \nResources:\n  Data: !Transform {Type: AWS::S3::Bucket}\n",
        "AWSTemplateFormatVersion: 2010-09-09\nResource:\n",
        '{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}',
        '{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}},',
        "{Resources: {Data: {Type: AWS::S3::Bucket}}}",
        f"{BUCKET}    Type: twice\n\t- broken: [\n",
        "[" * 10_000 + "AWSTemplateFormatVersion:\nAWSTemplateFormatVersion: 1",
    ],
)
def test_a_template_is_recognized(text: str) -> None:
    assert looks_like_template(text.encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"# Resources:\n",
        b"on: push\njobs: {}\n",
        b"service: x\nresources:\n  Resources:\n    Data:\n      Type: AWS::S3::Bucket\n",
        b"kind: ConfigMap\ndata:\n  template: |\n    Resources:\n      Data:\n        Type: AWS::S3::Bucket\n",
        b"a: 1\n---\nb: 2\n",
        b"resources:\n  - deployment.yaml\n",
        b"Resources:\n  - deployment.yaml\n",
        b'{"name": "x", "Resources": "y"}',
        b'{"stacks": [{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}]}',
        b'[{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}]',
        b"\xff\xfe\x00",
        b"\x00" * 1000,
    ],
)
def test_what_is_none_is_passed_over(raw: bytes) -> None:
    assert not looks_like_template(raw)
