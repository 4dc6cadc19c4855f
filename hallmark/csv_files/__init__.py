"""CSV files of several systems a second time: read plainly for their ledgers, and written, good and broken."""
