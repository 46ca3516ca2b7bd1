#!/bin/sh
# Times lasso and matching pursuit of Fashion-MNIST images against scikit-learn and SPAMS; prints objectives and ratios.
#
#   scripts/peers/sparse_coding.sh [--rounds N] [--samples N] [--lam LAMBDA...] [--nonzeros T] [--scalars double float]
exec "$(dirname "$0")/with_decomposition_peers.sh" sparse_coding "$@"
