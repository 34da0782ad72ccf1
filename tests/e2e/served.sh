#!/bin/bash
# The same walk as run.sh, against the real program: a simulated community, collected and served on a free port.
set -euo pipefail
cd "$(dirname "$0")/../.."
rapport="${RAPPORT:-./rapport}"
home="$(mktemp -d)"
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$home"' EXIT
"$rapport" demo --out "$home/demo" --report "$home/report.html" --quiet > /dev/null
timeout 400 "$rapport" --home "$home/demo" serve --port 0 > "$home/said" 2> "$home/log" &
server=$!
for _ in $(seq 100); do
  address="$(sed -nE 's/^listening on (http:.*)$/\1/p' "$home/said")"
  [ -n "$address" ] && break
  sleep 0.1
done
[ -n "$address" ] || { cat "$home/log" >&2; exit 1; }
BASE_URL="$address" tests/e2e/run.sh "$@"
