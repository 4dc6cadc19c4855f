<<<<<<< HEAD
"""The functions of `bank_upload`: `validation`, `transformation`, `notification`, and what they share."""
=======
"""The functions of `bank_upload`, each in an image of its own."""
>>>>>>> bu-infra
