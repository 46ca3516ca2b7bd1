#!/bin/sh
# Times dictionary learning on Fashion-MNIST images to the same objective against scikit-learn and SPAMS; prints the ratios.
#
#   scripts/peers/dictionary_learning.sh [--rounds N] [--samples N] [--passes N...] [--lam LAMBDA] [--scalars double float]
unset OPENBLAS_CORETYPE  # each build of OpenBLAS that the peers bring chooses its kernels itself
exec "$(dirname "$0")/with_peers.sh" dictionary_learning "numpy, sklearn, spams, threadpoolctl" \
    "numpy scikit-learn spams-bin threadpoolctl" "$@"
