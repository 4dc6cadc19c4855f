"""The ledger of a run: its lines, the wait until the pipeline is quiet, and log reading."""
