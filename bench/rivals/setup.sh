#!/bin/bash
# Installs what bench/bulk.py measures Rapport beside, pinned by version and hash, into $1 (default build/rivals).
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 tools/pinned_python.py bench/rivals/requirements.txt "${1:-build/rivals}"
