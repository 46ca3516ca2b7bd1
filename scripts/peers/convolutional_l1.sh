#!/usr/bin/env bash
# Times convolutional sparse coding with the l1 penalty against SPORCO's ConvBPDN at equal energy and prints the ratios of one
# run; before that both must find the same energy. SPORCO is installed from PyPI into build/sporco for this benchmark only, or
# taken from the environment, or its Python, that PEER_PYTHON names.
#
#   scripts/peers/convolutional_l1.sh [IMAGES] [--rounds N] [--count IMAGES] [--lam LAMBDA...]
#
# IMAGES: a file of CIFAR-10 binary records, also .xz; none: smoothed noise
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
cmake -S . -B "$build" -G Ninja >/dev/null
ninja -C "$build" peer_convolutional_l1
environment=${PEER_PYTHON:-$build/sporco}
environment=${environment%/bin/python}
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/python" -c 'import sporco' 2>/dev/null || "$environment/bin/pip" install --quiet 'numpy<2' sporco
exec "$environment/bin/python" scripts/peers/convolutional_l1.py "$build/peer_convolutional_l1" "$@"
