#!/usr/bin/env bash
# Times one PUDLE training update against PyTorch autograd and prints the ratio, both in one run.
# PyTorch is installed from PyPI into build/peers for this benchmark only; nothing else uses it.
#
#   scripts/peers/pudle_update.sh [rounds]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
cmake -S . -B "$build" -G Ninja >/dev/null
ninja -C "$build" peer_pudle_update
environment=${PEER_PYTHON:-$build/peers}
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/python" -c 'import torch, numpy' 2>/dev/null || "$environment/bin/pip" install --quiet torch numpy
# The kernel family that every run of `assay` pins; without it OpenBLAS may not know the processor and fall far back.
export OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
exec "$environment/bin/python" scripts/peers/pudle_update.py "$build/peer_pudle_update" "${1:-6}"
