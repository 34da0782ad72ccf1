#!/bin/bash
# The page in a real browser: tests/e2e/run.sh [PART OF A NAME]. Builds the page, then walks through it against BASE_URL
# if that is set, else against the mock. Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  echo "SKIPPED: no ${CHROMIUM:-/usr/bin/chromium}"
  exit 77
fi
make --no-print-directory -s web
cd tests/e2e
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then npm ci --silent; fi
exec timeout 300 node walk.mjs "$@"
