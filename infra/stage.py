"""What differs between stages, as values: the only place that knows dev from prod."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from infra.context import Layer, for_stage, listed, merged, some_of
from infra.errors import UserError, bad
from infra.systems import STAGES

REGION = "eu-central-1"
ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ("ingest_processor", "fraud_detector", "notifier")
CRITICAL_FUNCTIONS = FUNCTIONS[:2]
# Of the 1,000 concurrent executions of an account AWS keeps 100 unreserved.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
RESERVABLE_CONCURRENCY = 900
# Beyond these a number is a slip of the finger.
# Ten years: the longest that any rule on card data asks for; the API itself takes any number of days.
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html
LONGEST_RETENTION_DAYS = 3650
# Velocity is about minutes. What lies in the window is read for every transaction.
LONGEST_VELOCITY_WINDOW_SECONDS = 24 * 3600
# A published rule takes effect two cache times later: a fraud rule that waits longer than that is no answer.
LONGEST_RULES_CACHE_SECONDS = 3600
# What an account may do in a region unless AWS raises it: a plan that promises more cannot keep it.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
ACCOUNT_RATE_PER_SECOND = 10_000
ACCOUNT_BURST = 5_000
# That rate, day and night.
LARGEST_QUOTA_PER_DAY = ACCOUNT_RATE_PER_SECOND * 24 * 3600
# A worker sends hundreds of requests a second: more of them would ask for more than an account may answer.
MOST_LOAD_WORKERS = 50
LOADABLE = ("dev",)
SYSTEMS = ("realtime", "load")
PARAMETERS = (
    "stage",
    "system",
    "defaultReservedConcurrency",
    "reservedConcurrencyOverrides",
    "provisionedConcurrencyCritical",
    "archiveRetentionDays",
    "velocityThreshold",
    "velocityWindowSeconds",
    "rulesCacheSeconds",
    "homeCountries",
    "domesticRegions",
    "apiKeyName",
    "usagePlanName",
    "throttleRatePerSecond",
    "throttleBurst",
    "quotaPerDay",
    "requestSchemaFile",
    "loadWorkers",
)


class Removal(StrEnum):
    """What becomes of stored data when its stack goes."""

    RETAIN = "RETAIN"
    DESTROY = "DESTROY"


_MEMORY_MB = {"dev": 512, "prod": 3008}
_REMOVAL = {"dev": Removal.DESTROY, "prod": Removal.RETAIN}


@dataclass(frozen=True)
class StageConfig:
    """Everything that a stack needs to know about its stage."""

    stage: str
    systems: tuple[str, ...]
    memory_mb: int
    removal: Removal
    reserved_concurrency: Mapping[str, int]
    provisioned_concurrency: Mapping[str, int]
    archive_retention_days: int
    velocity_threshold: int
    velocity_window_seconds: int
    rules_cache_seconds: int
    home_countries: tuple[str, ...]
    domestic_regions: tuple[str, ...]
    api_key_name: str
    usage_plan_name: str
    throttle_rate_per_second: int
    throttle_burst: int
    quota_per_day: int
    request_schema: Mapping[str, Any]
    load_workers: int

    @property
    def rule_parameters(self) -> dict[str, Any]:
        """What the fraud rules are made of, for those who publish them."""
        return {
            "velocityThreshold": self.velocity_threshold,
            "velocityWindowSeconds": self.velocity_window_seconds,
            "homeCountries": list(self.home_countries),
            "domesticRegions": list(self.domestic_regions),
            "rulesCacheSeconds": self.rules_cache_seconds,
        }


def load(context_layers: Sequence[Layer]) -> list[StageConfig]:
    """The stages to synthesize; raises UserError at the first bad parameter.

    Both stages are always read, because they share the account's concurrency.
    """
    context = merged(context_layers, PARAMETERS)
    configs = [_stage_config(context, stage) for stage in STAGES]
    reserved = sum(sum(config.reserved_concurrency.values()) for config in configs)
    if reserved > RESERVABLE_CONCURRENCY:
        wants = f"dev and prod to reserve at most {RESERVABLE_CONCURRENCY} together"
        raise bad("defaultReservedConcurrency and reservedConcurrencyOverrides", reserved, wants)
    return [config for config in configs if config.stage in context["stage"]]


def _stage_config(context: Layer, stage: str) -> StageConfig:
    read = _Reader(context, stage)
    reserved = _reserved(read)
    return StageConfig(
        stage=stage,
        systems=some_of(SYSTEMS, "system", read.raw("system")),
        memory_mb=_MEMORY_MB[stage],
        removal=_REMOVAL[stage],
        reserved_concurrency=reserved,
        provisioned_concurrency=_provisioned(read, reserved),
        archive_retention_days=read.number("archiveRetentionDays", at_most=LONGEST_RETENTION_DAYS),
        # The count behind it stops at 100; one transaction alone is no velocity.
        velocity_threshold=read.number("velocityThreshold", at_least=2, at_most=100),
        velocity_window_seconds=read.number("velocityWindowSeconds", at_most=LONGEST_VELOCITY_WINDOW_SECONDS),
        rules_cache_seconds=read.number("rulesCacheSeconds", at_most=LONGEST_RULES_CACHE_SECONDS),
        home_countries=read.items("homeCountries", r"[A-Z]{2}", "countries such as NL"),
        domestic_regions=read.items("domesticRegions", r"us(-[a-z]+)+-[0-9]", "US regions such as us-east-1"),
        api_key_name=read.name("apiKeyName"),
        usage_plan_name=read.name("usagePlanName"),
        throttle_rate_per_second=read.number("throttleRatePerSecond", at_most=ACCOUNT_RATE_PER_SECOND),
        throttle_burst=read.number("throttleBurst", at_most=ACCOUNT_BURST),
        quota_per_day=read.number("quotaPerDay", at_most=LARGEST_QUOTA_PER_DAY),
        request_schema=_schema(read.raw("requestSchemaFile")),
        load_workers=_load_workers(read),
    )


class _Reader:
    """Reads the parameters of one stage, each with its rule."""

    def __init__(self, context: Layer, stage: str) -> None:
        self._context, self.stage = context, stage

    def raw(self, parameter: str) -> Any:
        return for_stage(self._context, parameter, self.stage)

    def number(self, parameter: str, at_least: int = 1, at_most: int | None = None) -> int:
        return _whole(parameter, self.raw(parameter), at_least, at_most)

    def items(self, parameter: str, pattern: str, kind: str) -> tuple[str, ...]:
        values = listed(parameter, self.raw(parameter))
        if not values or any(not re.fullmatch(pattern, value) for value in values):
            raise bad(parameter, values, f"one or more {kind}")
        return tuple(values)

    def name(self, parameter: str) -> str:
        value = self.raw(parameter)
        if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", value):
            raise bad(parameter, value, "a name of 1 to 40 lower-case letters, digits and hyphens")
        return value


def _whole(parameter: str, value: object, at_least: int, at_most: int | None = None) -> int:
    wants = f"a whole number from {at_least}" + (f" to {at_most}" if at_most else " up")
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad(parameter, value, wants)
    if value < at_least or (at_most is not None and value > at_most):
        raise bad(parameter, value, wants)
    return value


def _reserved(read: _Reader) -> dict[str, int]:
    overrides = read.raw("reservedConcurrencyOverrides")
    wants = f"an object of whole numbers for any of {', '.join(FUNCTIONS)}"
    if not isinstance(overrides, Mapping) or not set(overrides) <= set(FUNCTIONS):
        raise bad("reservedConcurrencyOverrides", overrides, wants)
    default = read.number("defaultReservedConcurrency")
    return {
        name: _whole(f"reservedConcurrencyOverrides.{name}", overrides[name], 1) if name in overrides else default
        for name in FUNCTIONS
    }


def _provisioned(read: _Reader, reserved: Mapping[str, int]) -> dict[str, int]:
    count = read.number("provisionedConcurrencyCritical", at_least=0)
    for name in CRITICAL_FUNCTIONS:
        if count > reserved[name]:
            wants = f"no more than the {reserved[name]} reserved for {name} in {read.stage}"
            raise bad("provisionedConcurrencyCritical", count, wants)
    return {name: count if name in CRITICAL_FUNCTIONS else 0 for name in FUNCTIONS}


def _load_workers(read: _Reader) -> int:
    count = read.number("loadWorkers", at_least=0, at_most=MOST_LOAD_WORKERS)
    if count and read.stage not in LOADABLE:
        raise bad("loadWorkers", count, f"0 in {read.stage}, which is not put under load: add -c stage=dev")
    return count


def _schema(file: object) -> Mapping[str, Any]:
    if not isinstance(file, str) or not (ROOT / file).is_file():
        raise bad("requestSchemaFile", file, "the path of a JSON schema file in the project")
    try:
        schema: Mapping[str, Any] = json.loads((ROOT / file).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"parameter requestSchemaFile: {file} is not JSON ({error})") from None
    problem = _schema_problem(schema)
    if problem:
        raise UserError(f"parameter requestSchemaFile: {file} {problem}")
    return schema


def _schema_problem(schema: object) -> str:
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return "wants a schema of type object"
    # API Gateway reads no later draft. https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
    if "draft-04" not in str(schema.get("$schema")):
        return "wants a $schema of draft-04"
    fields = schema.get("properties")
    if not isinstance(fields, Mapping) or not fields:
        return "wants properties"
    for name, field in fields.items():
        # The description is the rule that a refusal shows; a dollar sign would start a variable there.
        described = isinstance(field, Mapping) and "type" in field and str(field.get("description", ""))
        if not described or "$" in described:
            return f"wants a type and a description without a dollar sign for {name}"
    if not set(schema.get("required", [])) <= set(fields):
        return "requires a field that is not among its properties"
    return ""
