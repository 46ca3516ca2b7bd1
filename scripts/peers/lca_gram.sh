#!/usr/bin/env bash
# Times sweeps of convolutional LCA against the Gram form in PyTorch, as lca-pytorch computes it, and prints the ratios of
# one run; before that both must have the same states, and last both race to the same energy. PyTorch is installed from PyPI
# into build/peers for this benchmark only, or taken from the environment, or its Python, that PEER_PYTHON names.
#
#   scripts/peers/lca_gram.sh [IMAGES] [--rounds N] [--configurations A B] [--parts states time race] [--compared IMAGES] [--racing IMAGES]
#
# IMAGES: a file of CIFAR-10 binary records, also .xz; none: smoothed noise
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
cmake -S . -B "$build" -G Ninja >/dev/null
ninja -C "$build" peer_lca_gram
environment=${PEER_PYTHON:-$build/peers}
environment=${environment%/bin/python}
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/python" -c 'import torch, numpy' 2>/dev/null || "$environment/bin/pip" install --quiet torch numpy
# The script sets PyTorch's threads; those that wait must not spin, or a busy machine would show that.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
exec "$environment/bin/python" scripts/peers/lca_gram.py "$build/peer_lca_gram" "$@"
