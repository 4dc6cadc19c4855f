"""`validation` takes an uploaded file: it judges each row, stores the good ones and keeps what is wrong with others."""
