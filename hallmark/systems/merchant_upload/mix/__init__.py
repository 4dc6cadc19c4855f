"""Generated files: everyday rows, cards with anomalies and near misses, rows that are rejected, files that are refused."""
