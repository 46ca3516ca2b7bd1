#!/usr/bin/env bash
# Builds the program peer_NAME and runs NAME.py, which compares it with what the Python modules IMPORTED do.
#   usage: with_peers.sh NAME "IMPORTED, ..." "INSTALLED ..." [NAME.py's options]
# The modules come from PyPI (the packages INSTALLED) into build/peers, for the benchmarks only, or are those of the
# environment, or its Python, that PEER_PYTHON names.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=$1 imported=$2 installed=$3
shift 3
build=${BUILD:-build}
[ -f "$build/build.ninja" ] || cmake -S . -B "$build" -G Ninja >/dev/null
ninja -C "$build" "peer_$name"
environment=${PEER_PYTHON:-$build/peers}
environment=${environment%/bin/python}
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
# shellcheck disable=SC2086 # a list of packages
"$environment/bin/python" -c "import $imported" 2>/dev/null || "$environment/bin/pip" install --quiet $installed
exec "$environment/bin/python" "scripts/peers/$name.py" "$build/peer_$name" "$@"
