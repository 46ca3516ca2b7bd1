#!/bin/sh
# Times sweeps of convolutional LCA against the Gram form in PyTorch, as lca-pytorch computes it, and prints the ratios of
# one run; before that both must have the same states, and last both race to the same energy.
#
#   scripts/peers/lca_gram.sh [IMAGES] [--rounds N] [--configurations A B] [--parts states time race] [--compared IMAGES] [--racing IMAGES]
#
# IMAGES: a file of CIFAR-10 binary records, also .xz; none: smoothed noise
# The script sets PyTorch's threads; those that wait must not spin, or a busy machine would show that.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
exec "$(dirname "$0")/with_peers.sh" lca_gram "torch, numpy" "torch numpy" "$@"
