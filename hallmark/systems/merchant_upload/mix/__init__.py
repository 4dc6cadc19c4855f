"""Generated files: everyday rows, anomalies and near misses, rows that are rejected, files that are refused."""
