"""bank_upload under load: banks' files, their reconciliation and their measures."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType
from typing import ClassVar

from hallmark.load import capacity
from hallmark.load.account import Account
from hallmark.load.kinds import Kinds
from hallmark.load.load import Load, Target
from hallmark.load.measures import MEASURES
from hallmark.load.outcome import Arithmetic, Measure
from hallmark.load.plan import Arrival
from hallmark.load.run_file import RunFile
from hallmark.load.ways import memory, rows_a_second, way_percentile
from hallmark.progress import Callback
from hallmark.sending.item import Item
from hallmark.stage import Stage
from hallmark.systems.bank_upload import api
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.forms import request_of
from hallmark.systems.bank_upload.load import concurrency
from hallmark.systems.bank_upload.load.mix import UploadMix
from hallmark.systems.bank_upload.load.platform import FUNCTIONS, NOTIFICATION
from hallmark.systems.bank_upload.load.reconciliation import UploadReconciliation, reconcile
from hallmark.systems.bank_upload.notifications import Notifications, subscribed
from hallmark.systems.bank_upload.uploader import TAKEN

# The parameter `reservedConcurrency` of both stages.
RESERVED = 20
_ALL = (*FUNCTIONS, NOTIFICATION)


class UploadLoad(Load):
    """Files at the rates of load/scenarios/bank_upload, each posted as a form with the key of its bank."""

    kinds: ClassVar[Kinds] = Kinds(TAKEN)
    measures: ClassVar[Mapping[str, tuple[Measure, str]]] = MappingProxyType(
        {
            "lost": (MEASURES["lost"][0], "rows and files"),
            "upload p50": (way_percentile(50), "s"),
            "upload p99": (way_percentile(99), "s"),
            "upload max": (way_percentile(100), "s"),
            "rows a second": (rows_a_second, "rows/s"),
            **{f"capacity of {name}": (capacity.seconds(name, work), "s") for name, work in FUNCTIONS.items()},
            **{f"executions of {name}": (concurrency.executions(name), "executions") for name in _ALL},
            **{f"memory of {name}": (memory(name), "MB") for name in FUNCTIONS},
        }
    )
    arithmetic: ClassVar[Mapping[str, Arithmetic]] = MappingProxyType(
        {
            **{f"capacity of {name}": capacity.told(name, work) for name, work in FUNCTIONS.items()},
            **{f"executions of {name}": concurrency.told(name, RESERVED) for name in _ALL},
        }
    )

    def __init__(self) -> None:
        self._heard: Notifications | None = None

    def mix(self, stage: Stage) -> UploadMix:
        """Return the mix of all banks of a stage."""
        return UploadMix(tuple(api.key_ids(stage)))

    def target(self, stage: Stage) -> Target:
        """Return the address of files; each bank has a key."""
        ids = api.key_ids(stage)
        key_of = cache(lambda bank: stage.api_key(ids[bank]))
        return Target(api.url(stage), lambda item: key_of(_file(item).bank), api.api_id(stage))

    def headers(self, item: Item) -> Mapping[str, str]:
        """Return the form's type with its boundary, and the report date."""
        return request_of(_file(item)).headers

    def receipt(self, answer: bytes) -> str:
        """Return the whole answer: the upload, its rows, its content's hash and its receipt."""
        return answer.decode()

    @contextmanager
    def observing(self, stage: Stage) -> Iterator[None]:
        """Subscribe to the topic."""
        with subscribed(stage) as self._heard:
            yield

    def reconcile(
        self,
        stage: Stage,
        run: RunFile,
        planned: Sequence[Arrival],
        drain_buffer: bool,
        account: Account,
        progress: Callback,
    ) -> UploadReconciliation:
        """Reconcile every row of a run's files and every announcement; it takes nothing that its account keeps not."""
        return reconcile(stage, run, planned, self._heard, account, progress)


def _file(item: Item) -> BankFile:
    assert isinstance(item, BankFile)
    return item
