"""A deployment with canned answers, which checks every question against AWS's own models."""

from typing import Any

import boto3
from botocore import xform_name
from botocore.validate import ParamValidator

from hallmark.observe.deployment import Deployment, Thing
from hallmark.observe.readers import READERS
from hallmark.stage.deployed import DeployedStage

Json = dict[str, Any]
NAME = "realtime-a-dev"
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:realtime-a-dev"
TABLE_ARN = "arn:aws:dynamodb:eu-central-1:111122223333:table/realtime-a-dev"
SESSION = boto3.Session(region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")


class Canned(Deployment):
    """A deployment with answers by operation; what is not among them is empty. Every question must be one of AWS's."""

    account, arns = "111122223333", (ARN, TABLE_ARN)

    def __init__(self, **answers: Any) -> None:
        super().__init__(DeployedStage("realtime", "dev", "aws", SESSION))
        self.answers, self.questions = answers, set[str]()

    def pages(self, service: str, operation: str, key: str, *absent: str, **arguments: Any) -> list[Any]:
        assert key in self._model(service, operation, arguments).output_shape.members
        answer = self.answers.get(operation, [])
        return list(answer.get(key, []) if isinstance(answer, dict) else answer)

    def asked(self, service: str, operation: str, *absent: str, **arguments: Any) -> Json:
        self._model(service, operation, arguments)
        return dict(self.answers.get(operation, {}))

    def _model(self, service: str, operation: str, arguments: Json) -> Any:
        self.questions.add(f"{service}:{operation}")
        model = self.stage.client(service).meta.service_model
        found = model.operation_model(next(one for one in model.operation_names if xform_name(one) == operation))
        report = ParamValidator().validate(arguments, found.input_shape) if found.input_shape else None
        assert not (report and report.has_errors()), f"{operation}: {report.generate_report()}"
        return found


def read(kind: str, **answers: Any) -> list[Thing]:
    return list(READERS[kind](Canned(**answers)))
