"""The version of the tool, and of the checkout that it runs from."""

from hallmark import __version__
from hallmark.project import is_checkout


def version_line() -> str:
    """Return `hallmark VERSION`; in a checkout with its commit, and whether there are uncommitted changes."""
    if not is_checkout():
        return f"hallmark {__version__}"
    from hallmark.revision import revision

    commit, _, dirty = revision().partition(" ")
    return f"hallmark {__version__} (revision {commit[:12]}{', with uncommitted changes' if dirty else ''})"
