"""Alarms on metric math: `Metrics` in the place of one metric, by template and by the API.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html
"""

from typing import Any

from ministack.services import cloudwatch

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties

KIND = "AWS::CloudWatch::Alarm"
# What the emulator asks of every alarm, and what none on metric math has.
_STANDING_IN = {"MetricName": "math", "Namespace": "math"}
_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit")
Json = dict[str, Any]


def _query(given: Json) -> Json:
    """Return a query with the types of the API: a template may give texts."""
    query = {**given, "ReturnData": str(given.get("ReturnData", True)).lower() == "true"}
    if "Period" in given:
        query["Period"] = int(given["Period"])
    if "MetricStat" in given:
        query["MetricStat"] = {**given["MetricStat"], "Period": int(given["MetricStat"]["Period"])}
    return query


def problem_of(given: Json) -> str | None:
    """Return why CloudWatch refuses an alarm on metric math; None when it does not."""
    queries = [_query(one) for one in given["Metrics"]]
    if any(given.get(name) for name in ("MetricName", "Namespace", "Dimensions", "Statistic", "ExtendedStatistic")):
        return "Metrics and the parameters of one metric are mutually exclusive"
    if [one["ReturnData"] for one in queries].count(True) != 1:
        return "Exactly one element of the metrics list should return data."
    if len({one["Id"] for one in queries}) != len(queries):
        return "The values for parameter id in the metrics list are not unique."
    if any(("Expression" in one) == ("MetricStat" in one) for one in queries):
        return "Each element of the metrics list must have either an Expression or a MetricStat."
    return None


def _plain(given: Json) -> Json:
    return {name: value for name, value in given.items() if name != "Metrics"} | _STANDING_IN


def _keep(name: str, given: Json) -> None:
    alarm = cloudwatch._alarms[name]
    for field in _OF_ONE_METRIC:
        alarm.pop(field, None)
    alarm["Metrics"] = [_query(one) for one in given["Metrics"]]


def _template() -> None:
    handlers = HANDLERS[KIND] = dict(HANDLERS[KIND])
    create, update = handlers["create"], handlers["update"]

    def accepted(properties: Properties) -> Properties:
        if not properties.get("Metrics"):
            return properties
        if problem := problem_of(properties):
            raise ValueError(f"{problem} (Service: CloudWatch, Status Code: 400)")
        return _plain(properties)

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        result = create(logical_id, accepted(properties), stack)
        if properties.get("Metrics"):
            _keep(result[0], properties)
        return result

    def updated(name: str, old: Properties, new: Properties, *rest: Any, **options: Any) -> Any:
        before = _plain(old) if old.get("Metrics") else old
        result = update(name, before, accepted(new), *rest, **options)
        if new.get("Metrics"):
            _keep(result[0], new)
        return result

    handlers["create"], handlers["update"] = created, updated


def install() -> None:
    """Put a metric in the place of the math, and the math in the place of the metric afterwards."""
    _template()
    put = cloudwatch._put_metric_alarm

    def put_metric_alarm(params: Any, data: Json, is_cbor: bool, is_json: bool = False) -> Any:
        if not (is_cbor or is_json) or not data.get("Metrics"):
            return put(params, data, is_cbor, is_json)
        if problem := problem_of(data):
            return cloudwatch._error("ValidationError", problem, 400, use_json=is_json, use_cbor=is_cbor)
        answer = put(params, _plain(data), is_cbor, is_json)
        if answer[0] < 400:
            _keep(data["AlarmName"], data)
        return answer

    cloudwatch._put_metric_alarm = put_metric_alarm
