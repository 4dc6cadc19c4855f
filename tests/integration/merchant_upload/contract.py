"""merchant_upload's contract, written a second time: what a merchant and an auditor rely on, not what the code says."""

from datetime import timedelta

MERCHANTS = ("corner-shop", "garden-market")
CONTENT_TYPE, ENCRYPTION = "text/csv", "aws:kms"
MOST_BYTES = 10_485_760
VALID = timedelta(minutes=15)
KEY = r"uploads/{merchant}/[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/{upload}\.csv"
UPLOAD_ID = r"up_[0-9A-HJKMNP-TV-Z]{26}"
ANSWER = {"uploadId", "method", "url", "fields", "key", "expiresAt", "maxBytes"}
