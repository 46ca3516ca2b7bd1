#!/bin/sh
# Times one PUDLE training update against PyTorch autograd and prints the ratio, both in one run.
#
#   scripts/peers/pudle_update.sh [rounds]
# The kernel family that every run of `assay` pins; without it OpenBLAS may not know the processor and fall far back.
export OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
exec "$(dirname "$0")/with_peers.sh" pudle_update "torch, numpy" "torch numpy" "${1:-6}"
