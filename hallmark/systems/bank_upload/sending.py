"""Sending of banks' files, and their ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from secrets import randbits
from typing import ClassVar

from hallmark import clock
from hallmark.progress import Callback
from hallmark.sending.files import first
from hallmark.sending.http import Http
from hallmark.sending.outcome import Outcome, Run
from hallmark.sending.sending import Options, Sending
from hallmark.stage import Stage
from hallmark.systems.bank_upload import api, files
from hallmark.systems.bank_upload.files import OLDEST_DAYS, BankFile
from hallmark.systems.bank_upload.ledger import UploadLedger
from hallmark.systems.bank_upload.mix.generate import DAYS, Wanted, generate
from hallmark.systems.bank_upload.notifications import Notifications, subscribed
from hallmark.systems.bank_upload.reconcile import reconcile
from hallmark.systems.bank_upload.uploader import Answer, Uploader
from infra.errors import UserError

_SEED_BITS = 32


class Files(Sending[BankFile]):
    """CSV files, or generated ones of the stage's banks in turn."""

    nouns: ClassVar[str] = "files"
    takes: ClassVar[frozenset[str]] = frozenset(
        {
            *("files", "generate", "rows", "seed", "start", "limit", "rate", "concurrency"),
            *("banks", "bank", "report_date"),
        }
    )

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._heard: Notifications | None = None

    def items(self, stage: Stage, options: Options) -> Iterator[BankFile]:
        """Yield the named files, or generated ones; UserError for options that do not fit them."""
        banks = list(api.key_ids(stage))
        bank, report_date = files.known(options.bank, banks), _date(options.report_date)
        if options.generate is None:
            _refuse(options, "banks", "rows", "seed", "start", why="is for --generate")
            return files.read(options.files, banks, bank, report_date)
        _refuse(options, "report_date", why="is for named files: --start says the day of generated ones")
        if (options.rows or 0) > files.MOST_ROWS:
            raise UserError(f"a file has at most {files.MOST_ROWS} rows: give --rows at most that")
        # Two runs without a seed must not be the same files.
        seed = options.seed if options.seed is not None else randbits(_SEED_BITS)
        # Yesterday's times are all past.
        begin = _start(options.start) if options.start else _yesterday()
        senders = [bank] if bank else first(banks, options.banks, "banks", "--banks")
        return generate(Wanted(options.generate, options.rows or files.ROWS, seed, begin), senders)

    @contextmanager
    def observing(self, stage: Stage) -> Iterator[None]:
        """Subscribe to the topic for as long as the run."""
        with subscribed(stage) as heard:
            self._heard = heard
            yield

    def sender(self, stage: Stage, started_at: datetime, http: Http) -> Callable[[BankFile], Outcome[BankFile]]:
        """Return what posts a file with its bank's key."""
        ids = api.key_ids(stage)
        key_of = cache(lambda bank: stage.api_key(ids[bank]))
        return Uploader(api.url(stage), key_of, http, self._answers, clock.to_text(started_at)).send

    def reconcile(self, stage: Stage, run: Run[BankFile], options: Options, progress: Callback) -> UploadLedger:
        """Wait for the ends, and compare all that is stored and announced with a plain reading of the files."""
        assert self._heard is not None  # `observing` is around every run
        return reconcile(stage, run, self._answers, self._heard, progress)


def _yesterday() -> datetime:
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


def _start(start: datetime) -> datetime:
    """Return the day of the newest report; UserError when no report of it, or of the days before, can be sent."""
    today = _yesterday() + timedelta(days=1)
    oldest = today - timedelta(days=OLDEST_DAYS - DAYS)
    day = start.replace(tzinfo=UTC)
    if not oldest <= day < today + timedelta(days=1):
        raise UserError(
            f"reports of {day:%Y-%m-%d} are refused: give --start from {oldest:%Y-%m-%d} to {today:%Y-%m-%d}"
        )
    return day


def _date(text: str | None) -> str | None:
    """Return a report date; UserError when it is none: whether it is too old or to come, the API says."""
    if text is None:
        return None
    try:
        return f"{datetime.strptime(text, '%Y-%m-%d'):%Y-%m-%d}"
    except ValueError:
        raise UserError(f"{text} is no date: give --report-date YYYY-MM-DD") from None


def _refuse(options: Options, *named: str, why: str) -> None:
    for name in named:
        if name in options.given:
            raise UserError(f"--{name.replace('_', '-')} {why}")
