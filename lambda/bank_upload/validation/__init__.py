"""`validation` answers banks that send files, and judges files again when the workflow takes them."""
