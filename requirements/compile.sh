#!/usr/bin/env bash
# Renew the pins: `requirements/compile.sh [--upgrade]`, with uv in PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet "$@"
}
pin() {
  compile --universal "$@"
}
# What functions bring along, and what their runtimes have: for Lambda's Python (the first line says which) and processor.
for needs in requirements/{lambda,runtime}_*.in; do
  python=$(sed -n '1s/^# python //p' "$needs")
  compile "$needs" --python-version "$python" --python-platform aarch64-manylinux2014 \
    --only-binary :all: --output-file "${needs%.in}.txt" "$@"
done
# What images bring along, beside their Dockerfiles: for the Python of their base.
for needs in lambda/*/*/requirements.in; do
  base=$(sed -n 's/^FROM .*python:\([0-9.]*\)$/\1/p' "$(dirname "$needs")/Dockerfile")
  compile "$needs" --python-version "$base" --python-platform aarch64-manylinux2014 \
    --only-binary :all: --output-file "${needs%.in}.txt" "$@"
done
# Tests have the functions' versions.
same=()
for lock in requirements/lambda_*.txt lambda/*/*/requirements.txt; do same+=(--constraint "$lock"); done
pin pyproject.toml --extra pipelines --group dev "${same[@]}" --output-file requirements/dev.txt "$@"
for tool in checkov browser; do
  pin "requirements/$tool.in" --python-version 3.11 --output-file "requirements/$tool.txt" "$@"
done
pin requirements/load.in --constraint requirements/dev.txt --python-version 3.11 --output-file requirements/load.txt "$@"
