"""merchant_upload under load: merchants' files, their reconciliation and their measures."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import ClassVar

from hallmark.load import capacity
from hallmark.load.account import Account
from hallmark.load.kinds import Kinds
from hallmark.load.load import Following, Load, Target
from hallmark.load.measures import MEASURES, percentile
from hallmark.load.outcome import Arithmetic, Measure
from hallmark.load.plan import Arrival
from hallmark.load.run_file import RunFile
from hallmark.load.ways import WayReconciliation, memory, rows_a_second, way_percentile
from hallmark.progress import Callback
from hallmark.sending.item import Item
from hallmark.stage import Stage
from hallmark.systems.merchant_upload import api
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.load.mix import FileMix
from hallmark.systems.merchant_upload.load.platform import FUNCTIONS
from hallmark.systems.merchant_upload.load.reconciliation import reconcile
from hallmark.systems.merchant_upload.uploader import STORED, filled


class FileLoad(Load):
    """Files at the rates of load/scenarios/merchant_upload: a form is requested, and the file posted with it."""

    kinds: ClassVar[Kinds] = Kinds(201)
    measures: ClassVar[Mapping[str, tuple[Measure, str]]] = MappingProxyType(
        {
            "lost": (MEASURES["lost"][0], "rows and files"),
            "form p99": (percentile(99), "ms"),
            "file p50": (way_percentile(50), "s"),
            "file p99": (way_percentile(99), "s"),
            "file max": (way_percentile(100), "s"),
            "rows a second": (rows_a_second, "rows/s"),
            **{f"capacity of {name}": (capacity.seconds(name, work), "s") for name, work in FUNCTIONS.items()},
            **{f"memory of {name}": (memory(name), "MB") for name in FUNCTIONS},
        }
    )
    arithmetic: ClassVar[Mapping[str, Arithmetic]] = MappingProxyType(
        {f"capacity of {name}": capacity.told(name, work) for name, work in FUNCTIONS.items()}
    )

    def mix(self, stage: Stage) -> FileMix:
        """Return the mix of all merchants of a stage."""
        return FileMix(tuple(api.key_ids(stage)))

    def target(self, stage: Stage) -> Target:
        """Return the address of forms; each merchant has a key."""
        ids = api.key_ids(stage)
        key_of = cache(lambda merchant: stage.api_key(ids[merchant]))
        return Target(api.url(stage), lambda item: key_of(_file(item).merchant), api.api_id(stage))

    def receipt(self, answer: bytes) -> str:
        """Return the form's upload and key."""
        form = json.loads(answer)
        return json.dumps([form["uploadId"], form["key"]])

    def following(self, item: Item, answer: bytes) -> Following:
        """Return the POST of the file to S3."""
        form = json.loads(answer)
        return Following("file", str(form["url"]), *filled(form, _file(item)), STORED)

    def reconcile(
        self,
        stage: Stage,
        run: RunFile,
        planned: Sequence[Arrival],
        drain_buffer: bool,
        account: Account,
        progress: Callback,
    ) -> WayReconciliation:
        """Reconcile every row of a run's files; it takes nothing away, so a run may be judged again."""
        return reconcile(stage, run, planned, progress)


def _file(item: Item) -> MerchantFile:
    assert isinstance(item, MerchantFile)
    return item
