"""The verdicts on templates in SARIF 2.1.0."""
import json
def sarif_of(entries, catalogue): return json.dumps({})
