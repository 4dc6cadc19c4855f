"""The functions of `screening`: `validation`, `fraud_detection`, `compliance_checking`, and what they share."""
