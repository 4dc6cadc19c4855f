"""`python -m hallmark.stage.embedded.launcher`: the emulator with our extensions, on the port in GATEWAY_PORT.

uvicorn serves it: the emulator's own server spends twice as much time on HTTP as the emulator does on AWS.
"""

import contextlib
import os
import resource
import sys

import uvicorn

from hallmark.stage.embedded.end_with_owner import end_with_owner
from hallmark.stage.embedded.pinned_version import require_pinned_version
from hallmark.stage.embedded.speed.single_write import OneWriteProtocol
from infra.errors import UserError

KEEP_ALIVE_SECONDS = 75


def _raise_file_limit() -> None:
    """Raise the limit of open files to the system's maximum: every handler process needs three."""
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Run the emulator until it is ended; exit 2 when its version is not the pinned one."""
    try:
        require_pinned_version()
    except UserError as error:
        print(f"hallmark: {error}", file=sys.stderr)
        sys.exit(2)
    from ministack import app

    from hallmark.stage.embedded.extensions import archives, express_workflows, fault_injection, install, usage
    from hallmark.stage.embedded.speed import clients_first, function_calls, own_calls
    from hallmark.stage.embedded.speed.tuning import tune

    end_with_owner()
    install()
    _raise_file_limit()
    tune()
    served = function_calls.around(app.app)
    for around in (fault_injection.around, archives.around, usage.around, express_workflows.around):
        served = around(served)
    uvicorn.run(
        own_calls.around(clients_first.around(served)),
        host=os.environ["BIND_HOST"],
        port=int(os.environ["GATEWAY_PORT"]),
        http=OneWriteProtocol,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        access_log=False,
        proxy_headers=False,
        # The emulator writes its own.
        date_header=False,
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
