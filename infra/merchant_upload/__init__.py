"""The system `merchant_upload`: merchants' files of card transactions, presigned, watched for anomalies."""
