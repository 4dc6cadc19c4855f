"""The functions of the system `merchant_upload`."""
