"""The system `merchant_upload`: merchants' files of card transactions, uploaded with presigned forms."""
