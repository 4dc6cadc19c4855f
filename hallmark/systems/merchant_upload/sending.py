"""Sending of merchants' files, and their ledger."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import ClassVar

from hallmark.progress import Callback
from hallmark.sending.http import Http
from hallmark.sending.outcome import Outcome, Run
from hallmark.sending.sending import Options, Sending
from hallmark.stage import Stage
from hallmark.systems.merchant_upload import api, files
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.ledger import FileLedger, reconcile
from hallmark.systems.merchant_upload.uploader import Uploaded, Uploader


class Files(Sending[MerchantFile]):
    """CSV files, or generated ones; the stage's merchants send them in turn."""

    nouns: ClassVar[str] = "files"
    takes: ClassVar[frozenset[str]] = frozenset({"files", "generate", "rows", "seed", "limit", "rate", "concurrency"})

    def __init__(self) -> None:
        self._uploaded: dict[str, Uploaded] = {}

    def items(self, stage: Stage, options: Options) -> Iterator[MerchantFile]:
        """Yield the named files, or generated ones."""
        merchants = list(api.key_ids(stage))
        if options.generate is None:
            return files.read(options.files, merchants)
        return files.generate(options.generate, options.rows or files.ROWS, options.seed or 0, merchants)

    def sender(self, stage: Stage, started_at: datetime, http: Http) -> Callable[[MerchantFile], Outcome[MerchantFile]]:
        """Return what uploads a file with its merchant's key."""
        ids = api.key_ids(stage)
        return Uploader(api.url(stage), cache(lambda merchant: stage.api_key(ids[merchant])), http, self._uploaded).send

    def reconcile(self, stage: Stage, run: Run[MerchantFile], options: Options, progress: Callback) -> FileLedger:
        """Compare stored files with those sent, byte for byte."""
        return reconcile(stage, run, self._uploaded, progress)
