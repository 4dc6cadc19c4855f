"""`hallmark screening lists`: the lists by which transactions are judged, and until when they may be used."""

from datetime import date
from hashlib import sha256

from hallmark.project import ROOT
from hallmark.terminal import out
from hallmark.wording import counted
from infra import dated_lists
from infra.dated_lists import DatedList
from infra.screening.lists import lists as all_lists


def lists() -> None:
    """Print every list of the rules files: version, date, the last day before its review, source, what to know of it.

    Exit code 2 when one is past its review: nothing can be built then.
    """
    day, found = dated_lists.today(), all_lists()
    digests = {one.file: sha256((ROOT / one.file).read_bytes()).hexdigest() for one in found}
    for one in found:
        out.print(f"[bold]{one.id}[/]  {_dates(one, day)}", highlight=False, soft_wrap=True)
        for line in filter(None, (f"{one.file}, SHA-256 {digests[one.file]}", one.source, one.note)):
            out.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    dated_lists.refuse_overdue(day)


def _dates(one: DatedList, day: date) -> str:
    left = f"[red]past since {counted((day - one.review_by).days, 'day')}[/]"
    if not one.is_overdue(day):
        left = f"{counted((one.review_by - day).days, 'day')} left"
    return f"version {one.version}, effective {one.effective}, review by {one.review_by} ({left})"
