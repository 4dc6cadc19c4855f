"""The lists by which transactions are judged, read without the CDK; the functions have the same files."""

from infra.dated_lists import DatedList, lists_of

SYSTEM = "screening"


def lists() -> list[DatedList]:
    """Return the lists of fraud, compliance and dollars; UserError for one that says too little."""
    return lists_of(SYSTEM)
