#!/usr/bin/env bash
# Builds the program peer_NAME and runs NAME.py, which times it against scikit-learn and SPAMS.
# These are installed from PyPI into build/peers (or the environment that PEER_PYTHON names) for the benchmarks only.
# usage: with_decomposition_peers.sh NAME [NAME.py's options]
set -euo pipefail
cd "$(dirname "$0")/../.."
name=$1
shift
build=${BUILD:-build}
[ -f "$build/build.ninja" ] || cmake -S . -B "$build" -G Ninja >/dev/null
ninja -C "$build" "peer_$name"
environment=${PEER_PYTHON:-$build/peers}
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/python" -c 'import numpy, sklearn, spams, threadpoolctl' 2>/dev/null ||
    "$environment/bin/pip" install --quiet numpy scikit-learn spams-bin threadpoolctl
# Each build of OpenBLAS that the peers bring chooses its kernels itself; what suits another build may not suit them.
unset OPENBLAS_CORETYPE
exec "$environment/bin/python" "scripts/peers/$name.py" "$build/peer_$name" "$@"
