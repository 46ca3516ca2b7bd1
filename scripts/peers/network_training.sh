#!/bin/sh
# Times training steps of a VGG11 against PyTorch on the CPU and prints the ratio, both in one run, with one thread and two.
#
#   scripts/peers/network_training.sh [rounds]
exec "$(dirname "$0")/with_peers.sh" network_training "torch, numpy" "torch numpy" "${1:-8}"
