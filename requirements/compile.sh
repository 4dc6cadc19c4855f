#!/usr/bin/env bash
# Renew the pins: `requirements/compile.sh [--upgrade]`, with uv in PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
pin() {
  uv pip compile --generate-hashes --universal --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --quiet "$@"
}
pin pyproject.toml --group dev --output-file requirements/dev.txt "$@"
for tool in checkov browser; do
  pin "requirements/$tool.in" --python-version 3.11 --output-file "requirements/$tool.txt" "$@"
done
pin requirements/load.in --constraint requirements/dev.txt --python-version 3.11 --output-file requirements/load.txt "$@"
