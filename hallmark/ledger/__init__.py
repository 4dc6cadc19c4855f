"""The ledger of a run: its lines, waiting until there is silence, and reading logs."""
