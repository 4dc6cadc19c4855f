"""bank_upload's API: its address, the banks' keys, and an example call."""

import json
from collections.abc import Mapping

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.bank_upload.forms import DATE_HEADER
from hallmark.systems.keyed_api import keyed_access
from hallmark.systems.wing import Access
from infra.bank_upload.outputs import Output

PATH = "/upload"


def api_id(stage: Stage) -> str:
    """Return the API's id."""
    return stage.outputs[Output.API_ID]


def url(stage: Stage) -> str:
    """Return the address for `POST` requests of a file."""
    return f"{stage.api_address(api_id(stage))}{PATH}"


def key_ids(stage: Stage) -> Mapping[str, str]:
    """Return the id of each bank's API key, by bank."""
    found: dict[str, str] = json.loads(stage.outputs[Output.API_KEY_IDS])
    return found


def access(stage: Stage) -> Access:
    """Return how to reach the API; the example posts one row of today."""

    def sample(bank: str, key: str) -> str:
        now = clock.now()
        header = "transaction_id,timestamp,account_token,amount,currency,type,bank_id"
        row = f"example-{now:%H%M%S},{now:%Y-%m-%dT%H:%M:%SZ},acct_example,12.50,USD,credit,{bank}"
        return (
            f"printf '{header}\\n{row}\\n' | curl -sS {url(stage)} -H 'x-api-key: {key}' "
            f"-H '{DATE_HEADER}: {now:%Y-%m-%d}' -F 'file=@-;filename=report.csv;type=text/csv'"
        )

    return keyed_access(stage, url(stage), key_ids(stage), sample)
