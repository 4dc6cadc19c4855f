"""The system as the load generators need it."""

from infra.load.target import LoadTarget
from infra.realtime.outputs import Output

LOAD_TARGET = LoadTarget(key_output=Output.API_KEY_ID, archive="transaction")
