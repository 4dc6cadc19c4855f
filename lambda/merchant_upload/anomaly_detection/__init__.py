"""`anomaly_detection` judges stored rows among those of their card, and alerts."""
