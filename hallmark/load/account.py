"""The account of a load run: what was counted of it, for judging it again, also without its stage."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hallmark.evidence.load_result import LoadResult, from_json
from hallmark.load.run_file import RUNS, RunFile
from infra.errors import UserError

FOLDER = "accounts"
_RESULT = "result"


class Account:
    """A run's account in build/load/accounts, beside a copy of the run's file, which the next run overwrites.

    `counted` is the system's: what can be counted only once. Other parts are what was measured during the run.
    """

    def __init__(self, run: RunFile, folder: Path | None = None) -> None:
        folder = RUNS / FOLDER if folder is None else folder
        self.run_path = folder / f"{run.key}.json"
        self._path = folder / f"{run.key}.account.json"
        self._data = self._read()
        if not self.run_path.exists():
            run.write(self.run_path)

    def _read(self) -> dict[str, Any]:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            return {"counted": dict(data.pop("counted")), **data}
        except FileNotFoundError:
            return {"counted": {}}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise UserError(f"{self._path} is damaged: delete it, and judge the run on its stage again") from None

    @property
    def counted(self) -> Mapping[str, Any]:
        """What the system has counted, by name."""
        found: dict[str, Any] = self._data["counted"]
        return found

    def keep(self, name: str, counted: Any) -> None:
        """Keep a count of the system, before what was counted is gone."""
        self._data["counted"][name] = counted
        self._write()

    def first(self, name: str, value: Any) -> Any:
        """Return what was kept under a name; keep `value` if nothing was and there is a value."""
        if name not in self._data and value:
            self._data[name] = value
            self._write()
        return self._data.get(name, value)

    @property
    def result(self) -> LoadResult | None:
        """The latest result; None before the first."""
        found = self._data.get(_RESULT)
        return None if found is None else from_json(json.loads(json.dumps(found)))

    @property
    def places(self) -> tuple[str, ...]:
        """The places that the latest ledger counted."""
        return tuple(self._data.get("places", ()))

    def close(self, result: LoadResult, places: tuple[str, ...]) -> None:
        """Keep a result, and the places that its ledger counted."""
        self._data |= {_RESULT: asdict(result), "places": list(places)}
        self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._data), encoding="utf-8")
        fresh.replace(self._path)
