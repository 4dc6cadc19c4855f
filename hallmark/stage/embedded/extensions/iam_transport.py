"""A request counts as sent over TLS, unless `X-Forwarded-Proto: http` marks it as plain HTTP.

Every AWS client uses TLS to AWS and plain HTTP to this loopback port, as behind a proxy that terminates TLS: such a
proxy sets that header (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html).
The condition key: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from typing import Any

from ministack import app

PROTOCOL = b"x-forwarded-proto"


def install() -> None:
    """Present requests as the emulator expects them behind TLS."""
    serve = app.app

    async def serve_as_tls(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not any(name == PROTOCOL for name, _ in scope["headers"]):
            scope = {**scope, "scheme": "https"}
        await serve(scope, receive, send)

    app.app = serve_as_tls
