"""Tags of APIs, their stages, usage plans and keys: one store, whether a template sets them or a request.

The emulator keeps those of a template beside the resource and those of a request beside its ARN.
https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html
"""

from collections.abc import Iterable
from typing import Any

from ministack.services import apigateway_v1

_STORES = {
    "restapis": apigateway_v1._rest_apis,
    "usageplans": apigateway_v1._usage_plans,
    "apikeys": apigateway_v1._api_keys,
}


def _tags(arn: str) -> dict[str, str] | None:
    """Return the tags of what an ARN names, `...::/restapis/<id>[/stages/<name>]`; None where there is nothing."""
    _, kind, name, *stage = arn.rpartition(":")[2].split("/")
    found = (apigateway_v1._stages_v1.get(name) or {}).get(stage[1]) if stage else _STORES.get(kind, {}).get(name)
    tags: dict[str, str] | None = None if found is None else found.setdefault("tags", {})
    return tags


def install() -> None:
    """Answer from, and change, the tags of the resource itself."""
    read, tag, untag = apigateway_v1._get_v1_tags, apigateway_v1._tag_v1_resource, apigateway_v1._untag_v1_resource

    def get_tags(arn: str) -> Any:
        own = _tags(arn)
        return read(arn) if own is None else apigateway_v1._v1_response({"tags": own})

    def tag_resource(arn: str, data: dict[str, Any]) -> Any:
        if (own := _tags(arn)) is not None:
            own.update(data.get("tags", {}))
        return tag(arn, data)

    def untag_resource(arn: str, keys: Iterable[str]) -> Any:
        listed, own = list(keys), _tags(arn)
        for key in listed if own is not None else ():
            (own or {}).pop(key, None)
        return untag(arn, listed)

    apigateway_v1._get_v1_tags = get_tags
    apigateway_v1._tag_v1_resource, apigateway_v1._untag_v1_resource = tag_resource, untag_resource
