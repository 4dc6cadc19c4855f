"""Sending of merchants' files, and their ledger."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from secrets import randbits
from typing import ClassVar

from hallmark.progress import Callback
from hallmark.sending.files import first
from hallmark.sending.http import Http
from hallmark.sending.outcome import Outcome, Run
from hallmark.sending.sending import Options, Sending
from hallmark.stage import Stage
from hallmark.systems.merchant_upload import api, files
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.ledger import FileLedger
from hallmark.systems.merchant_upload.mix.generate import Wanted, generate
from hallmark.systems.merchant_upload.reconcile import reconcile
from hallmark.systems.merchant_upload.uploader import Uploaded, Uploader

_SEED_BITS = 32
# Past whenever a file is sent, so that the same seed gives the same bytes.
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)


class Files(Sending[MerchantFile]):
    """CSV files, or generated ones; the stage's merchants send them in turn."""

    nouns: ClassVar[str] = "files"
    takes: ClassVar[frozenset[str]] = frozenset(
        {"files", "generate", "rows", "merchants", "seed", "start", "limit", "rate", "concurrency"}
    )

    def __init__(self) -> None:
        self._uploaded: dict[str, Uploaded] = {}

    def items(self, stage: Stage, options: Options) -> Iterator[MerchantFile]:
        """Yield the named files, or generated ones."""
        merchants = first(list(api.key_ids(stage)), options.merchants, "merchants", "--merchants")
        if options.generate is None:
            return files.read(options.files, merchants)
        # Two runs without a seed must not be the same files.
        seed = options.seed if options.seed is not None else randbits(_SEED_BITS)
        begin = options.start.replace(tzinfo=UTC) if options.start else BEGIN
        return generate(Wanted(options.generate, options.rows or files.ROWS, seed, begin), merchants)

    def sender(self, stage: Stage, started_at: datetime, http: Http) -> Callable[[MerchantFile], Outcome[MerchantFile]]:
        """Return what uploads a file with its merchant's key."""
        ids = api.key_ids(stage)
        return Uploader(api.url(stage), cache(lambda merchant: stage.api_key(ids[merchant])), http, self._uploaded).send

    def reconcile(self, stage: Stage, run: Run[MerchantFile], options: Options, progress: Callback) -> FileLedger:
        """Wait for the verdicts, and compare all that is stored with a plain reading of the files."""
        return reconcile(stage, run, self._uploaded, progress)
