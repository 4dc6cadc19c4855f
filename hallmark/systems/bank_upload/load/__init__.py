"""bank_upload's load: its mix of files, and the measures of their way."""
