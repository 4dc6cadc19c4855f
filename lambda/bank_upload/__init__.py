"""The functions of `bank_upload`, each in an image of its own."""
