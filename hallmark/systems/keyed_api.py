"""How to reach an API that has a key for each of its owners, such as merchants."""

from collections.abc import Callable, Mapping

from hallmark.stage import Stage
from hallmark.systems.wing import Access


def keyed_access(stage: Stage, url: str, key_ids: Mapping[str, str], sample: Callable[[str, str], str]) -> Access:
    """Return address, keys and an example call; for a stage on AWS, the command that shows the key instead of the key.

    `key_ids` are by owner, `sample` makes the call of an owner with the key as it is shown.
    """
    owner, key_id = next(iter(key_ids.items()))
    if stage.target == "embedded":
        keys = {f"API key of {name}": stage.api_key(one) for name, one in key_ids.items()}
        return Access({"API": url}, keys, sample(owner, keys[f"API key of {owner}"]))
    fetch = f"aws apigateway get-api-key --include-value --query value --output text --api-key {key_id}"
    return Access({"API": url}, {}, sample(owner, f"'\"$({fetch})\"'"))
