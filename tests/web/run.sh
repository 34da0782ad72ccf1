#!/bin/bash
# The page without a browser: types and accessibility rules by svelte-check, pure functions by vitest. Ends with
# "N passed, N failed"; the check counts as one.
set -euo pipefail
cd "$(dirname "$0")/../.."
make --no-print-directory -s web
cd web
checked=0
npm run --silent check || checked=1
counts="$(mktemp)"
trap 'rm -f "$counts"' EXIT
npm test --silent -- --reporter=default --reporter=json --outputFile.json="$counts" || true
python3 - "$counts" "$checked" <<'PY'
import json, sys
run, bad = json.load(open(sys.argv[1])), int(sys.argv[2])
failed = run["numFailedTests"] + bad + (0 if run["success"] or run["numFailedTests"] else 1)
print(f"{run['numPassedTests'] + 1 - bad} passed, {failed} failed")
sys.exit(failed > 0)
PY
