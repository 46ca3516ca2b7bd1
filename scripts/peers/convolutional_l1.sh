#!/bin/sh
# Times convolutional sparse coding with the l1 penalty against SPORCO's ConvBPDN at equal energy and prints the ratios of
# one run; before that both must find the same energy.
#
#   scripts/peers/convolutional_l1.sh [IMAGES] [--rounds N] [--count IMAGES] [--lam LAMBDA...]
#
# IMAGES: a file of CIFAR-10 binary records, also .xz; none: smoothed noise
exec "$(dirname "$0")/with_peers.sh" convolutional_l1 "sporco" "sporco numpy<2" "$@"
