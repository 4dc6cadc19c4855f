"""Codes of regions (ISO 3166-2), from the data of a library that follows the standard."""

import json
from importlib.resources import files


def _regions() -> frozenset[str]:
    # The file alone: the library's own reading of it takes a second.
    text = files("pycountry").joinpath("databases/iso3166-2.json").read_text("utf-8")
    return frozenset(one["code"] for one in json.loads(text)["3166-2"])


REGIONS = _regions()
