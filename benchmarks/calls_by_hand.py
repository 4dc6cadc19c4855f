"""Calls of AWS written as data: `service.operation: arguments`, with names for what only a stage knows."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from hallmark import built_code
from hallmark.stage import Stage
from hallmark.stage.embedded import ACCOUNT

Json = dict[str, Any]
_NAME = re.compile(r"\$\{?([A-Za-z]+)\}?")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.js", "exports.handler = async () => 'other'")
    return buffer.getvalue()


@dataclass(frozen=True)
class Caller:
    """Makes the calls on one stage; `table` has `names`, and `asked` by name a call and the field of its answer."""

    stage: Stage
    table: Mapping[str, Any] = field(repr=False)

    @contextmanager
    def made(self, row: Mapping[str, Any]) -> Iterator[None]:
        """Make the change of a row of the table, and take it back at the end."""
        undo, answers = self._named(row["undo"]), list[Json]()
        for call, arguments in self._named(row["do"]).items():
            answers.append(self._call(call, _answered(arguments, answers)))
        try:
            yield
        finally:
            for call, arguments in undo.items():
                self._call(call, _answered(arguments, answers))

    def _call(self, call: str, arguments: Json) -> Json:
        if own := _OWN.get(call):
            own(self.stage, arguments)
            return {}
        service, _, operation = call.partition(".")
        client = self.stage.client(service)
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        answer: Json = getattr(client, operation)(**_texts(arguments, model.input_shape))
        assert not answer.get("FailedEntryCount"), answer
        return answer

    def _named(self, value: Any) -> Any:
        """Return a value with every name replaced; one that is a name alone keeps its type."""
        if isinstance(value, Mapping):
            return {key: self._named(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._named(item) for item in value]
        if not isinstance(value, str) or value.startswith("$."):
            return value
        whole = re.fullmatch(r"\$([A-Za-z]+)", value)
        return self._known(whole[1]) if whole else _NAME.sub(lambda match: str(self._known(match[1])), value)

    def _known(self, name: str) -> Any:
        own = {"account": ACCOUNT, "region": self.stage.region, "zip": _archive(), "LATEST": "$LATEST"}
        if name in own:
            return own[name]
        if name in self.table["names"]:
            return self._named(self.table["names"][name])
        if asked := self.table["asked"].get(name):
            ((call, arguments),) = ((key, value) for key, value in asked.items() if key != "field")
            return _field(self._call(call, self._named(arguments)), asked["field"])
        return self.stage.outputs[name]


def _field(answer: Any, path: str) -> Any:
    """Return a field of an answer by its path, in which a number is a place in a list."""
    return reduce(lambda value, key: value[int(key) if isinstance(value, list) else key], path.split("."), answer)


def _answered(value: Any, answers: list[Json]) -> Any:
    """Return a value with fields of answers in their places, each of the first that has it."""
    if isinstance(value, Mapping):
        return {key: _answered(item, answers) for key, item in value.items()}
    if isinstance(value, list):
        return [_answered(item, answers) for item in value]
    if not (isinstance(value, str) and value.startswith("$.")):
        return value
    path = value.removeprefix("$.")
    return _field(next(one for one in answers if path.split(".")[0] in one), path)


def _texts(arguments: Json, shape: Any) -> Json:
    """Return the arguments with objects as JSON where AWS wants a text."""
    texts = {name for name, value in arguments.items() if isinstance(value, (dict, list))}
    texts = {name for name in texts if shape.members[name].type_name == "string"}
    return {name: json.dumps(value) if name in texts else value for name, value in arguments.items()}


def _repair(stage: Stage, _: Json) -> None:
    """Put the built code back, as `hallmark up --repair` does."""
    for one in built_code.foreign(stage):
        built_code.put_back(stage, one)


_OWN: dict[str, Callable[[Stage, Json], None]] = {
    "hallmark.repair": _repair,
}
