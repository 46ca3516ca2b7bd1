#!/usr/bin/env bash
# Times training steps of a VGG11 against PyTorch on the CPU and prints the ratio, both in one run, with one thread and two.
# PyTorch is installed from PyPI into build/peers (or the environment that PEER_PYTHON names) for this benchmark only.
#
#   scripts/peers/network_training.sh [rounds]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
cmake -S . -B "$build" -G Ninja >/dev/null
ninja -C "$build" peer_network_training
environment=${PEER_PYTHON:-$build/peers}
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/python" -c 'import torch, numpy' 2>/dev/null || "$environment/bin/pip" install --quiet torch numpy
exec "$environment/bin/python" scripts/peers/network_training.py "$build/peer_network_training" "${1:-8}"
