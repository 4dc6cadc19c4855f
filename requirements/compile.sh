#!/usr/bin/env bash
# Renew the pins: `requirements/compile.sh [--upgrade]`, with uv in PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
uv pip compile pyproject.toml --group dev --generate-hashes --universal --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links --quiet --output-file requirements/dev.txt "$@"
