"""A function that is throttled, fails or times out causes a gateway response: no part of its error reaches the client.

AWS treats a throttled function and a function's error as INTEGRATION_FAILURE.
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
https://stackoverflow.com/questions/36363280 and https://github.com/DataBiosphere/azul/issues/7470
"""

import asyncio
from typing import Any

from ministack.services import apigateway_v1

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
LONGEST_MS = 29_000
_late: set[asyncio.Task[Any]] = set()


class _Failed(Exception):
    """The invocation returned no response of the function."""


def install() -> None:
    """Answer with the API's gateway responses where the emulator passes the function's error on."""
    invoke_proxy = apigateway_v1._invoke_lambda_proxy_v1
    shape = apigateway_v1._lambda_proxy_response

    def shape_answer(result: dict[str, Any]) -> Any:
        if result.get("throttle") or result.get("error"):
            raise _Failed
        return shape(result)

    async def invoke_lambda_proxy(integration: dict[str, Any], *args: Any, **options: Any) -> Any:
        invocation = asyncio.create_task(invoke_proxy(integration, *args, **options))
        longest = int(integration.get("timeoutInMillis") or LONGEST_MS) / 1000
        done, running = await asyncio.wait({invocation}, timeout=longest)
        if running:
            # The function keeps running after the timeout.
            _late.add(invocation)
            invocation.add_done_callback(_forget)
            return apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        try:
            return done.pop().result()
        except _Failed:
            return apigateway_v1._gw_error("INTEGRATION_FAILURE", "Internal server error")

    apigateway_v1._lambda_proxy_response = shape_answer
    apigateway_v1._invoke_lambda_proxy_v1 = invoke_lambda_proxy


def _forget(invocation: asyncio.Task[Any]) -> None:
    _late.discard(invocation)
    if not invocation.cancelled():
        invocation.exception()
