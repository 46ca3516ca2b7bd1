#!/bin/sh
# Times dictionary learning on Fashion-MNIST images to the same objective against scikit-learn and SPAMS; prints the ratios.
#
#   scripts/peers/dictionary_learning.sh [--rounds N] [--samples N] [--passes N...] [--lam LAMBDA] [--scalars double float]
exec "$(dirname "$0")/with_decomposition_peers.sh" dictionary_learning "$@"
