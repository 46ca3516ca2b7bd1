#!/bin/sh
# Times lasso and matching pursuit of Fashion-MNIST images against scikit-learn and SPAMS; prints objectives and ratios.
#
#   scripts/peers/sparse_coding.sh [--rounds N] [--samples N] [--lam LAMBDA...] [--nonzeros T] [--scalars double float]
unset OPENBLAS_CORETYPE  # each build of OpenBLAS that the peers bring chooses its kernels itself
exec "$(dirname "$0")/with_peers.sh" sparse_coding "numpy, sklearn, spams, threadpoolctl" \
    "numpy scikit-learn spams-bin threadpoolctl" "$@"
