"""`validation` reads an uploaded file, and stores its rows."""
