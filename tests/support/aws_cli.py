"""`aws SERVICE OPERATION --options`: the operation of that name, by the service model that the AWS CLI is made of.

As much of the AWS CLI as the runbooks use: options become the operation's parameters by their names and types, pages
are joined, `--query` and `--output text` shape the answer. What the model does not know is an error.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html
"""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import jmespath
from botocore import xform_name
from botocore.model import Shape
from botocore.session import Session


def main(words: Sequence[str]) -> None:
    """Call the operation and print its answer."""
    service, operation, *rest = words
    client = Session().create_client(service)
    method = operation.replace("-", "_")
    name = client.meta.method_to_api_mapping[method]
    members = client.meta.service_model.operation_model(name).input_shape.members
    options = dict(_options(rest))
    query, output = options.pop("query", ["@"]), options.pop("output", ["json"])
    known = {xform_name(member, "-"): member for member in members}
    request = {known[option]: _value(members[known[option]], values) for option, values in options.items()}
    pages = client.can_paginate(method)
    answer = client.get_paginator(method).paginate(**request).build_full_result() if pages else None
    answer = getattr(client, method)(**request) if answer is None else answer
    answer.pop("ResponseMetadata", None)
    # Times are texts before they are queried.
    found = jmespath.search(query[0], json.loads(json.dumps(answer, default=datetime.isoformat)))
    print("\n".join(_text(found)) if output == ["text"] else json.dumps(found, indent=4))


def _options(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each option with the words up to the next."""
    starts = [index for index, word in enumerate(words) if word.startswith("--")]
    if starts[:1] != [0]:
        raise SystemExit(f"unknown words: {words}")
    for start, end in zip(starts, [*starts[1:], len(words)], strict=True):
        yield words[start].removeprefix("--"), list(words[start + 1 : end])


def _value(shape: Shape, words: Sequence[str]) -> Any:
    """The words of an option as its type wants them: lists of words, `Name=..,Value=..`, JSON, numbers."""
    if shape.type_name == "list":
        return [_value(shape.member, [word]) for word in words]
    (word,) = words
    match shape.type_name:
        case "structure" | "map":
            return json.loads(word) if word.startswith("{") else dict(part.split("=", 1) for part in word.split(","))
        case "integer" | "long":
            return int(word)
        case "timestamp":
            return float(word)
    return word


def _text(found: Any) -> Iterator[str]:
    """Rows of a list of lists, else one row; nothing for nothing."""
    if isinstance(found, list) and any(isinstance(row, list) for row in found):
        for row in found:
            yield from _text(row)
    elif found is not None and found != []:
        yield "\t".join(map(str, found)) if isinstance(found, list) else str(found)


if __name__ == "__main__":
    main(sys.argv[1:])
