"""The parameters of a stage's fraud rules, as its stack publishes them."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from hallmark.systems.realtime.outputs import Output
from infra.errors import UserError


class RuleParameters(BaseModel):
    """Parameters of the five rules; times in seconds, countries as in the stage's home list."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True)

    velocity_threshold: int
    velocity_window_seconds: int
    home_countries: tuple[str, ...]
    domestic_regions: tuple[str, ...]
    rules_cache_seconds: int

    @classmethod
    def of(cls, outputs: Mapping[str, str]) -> "RuleParameters":
        """Read the output `RuleParameters`; UserError when the stack has none, or one of another format."""
        try:
            return cls.model_validate_json(outputs[Output.RULE_PARAMETERS])
        except KeyError:
            raise UserError(
                "The stack has no output `RuleParameters`: deploy this version of the stack first."
            ) from None
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"])) or "its JSON"
            raise UserError(
                f"The stack's output `RuleParameters` is invalid at {where}: deploy this version of the stack first."
            ) from None
