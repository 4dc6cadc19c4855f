"""A function that is throttled, fails or answers in another shape is a gateway response, never the function's words.

AWS calls each of them an INTEGRATION_FAILURE: 500 for a refused invocation, 502 for a function's error or wrong shape,
or the status of a customized response.
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

import contextvars
from typing import Any

from ministack.services import apigateway_v1

FAILURE, TIMEOUT = "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"
MESSAGES = {FAILURE: "Internal server error", TIMEOUT: "Endpoint request timed out"}
REFUSED, FAILED = "500", "502"
_status: contextvars.ContextVar[str] = contextvars.ContextVar("hallmark_integration_status", default=FAILED)
