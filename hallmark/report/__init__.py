"""The report: joins controls and evidence, and renders the result."""
