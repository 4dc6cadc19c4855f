"""The pinned version of the emulator: the extensions replace its functions, so they work with one version only."""

from importlib.metadata import PackageNotFoundError, version

from infra.errors import UserError

MINISTACK = "1.5.33"


def require_pinned_version() -> None:
    """Raise UserError unless the installed MiniStack has the version that the extensions were written for."""
    try:
        installed = version("ministack")
    except PackageNotFoundError:
        installed = "none"
    if installed != MINISTACK:
        raise UserError(
            f"the embedded stage needs ministack {MINISTACK}, found {installed}: pip install ministack=={MINISTACK}"
        )
