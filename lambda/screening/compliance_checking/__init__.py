"""`compliance_checking` judges a transaction, decides it once, and says which alerts are due."""
