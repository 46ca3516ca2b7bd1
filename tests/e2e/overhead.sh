#!/bin/bash
# What a run costs above its solver's own time, and how fast a call is that finds everything stored.
. "$(dirname "$0")/common.sh"

spec curve.toml probe.curve 300
start=$(date +%s%N)
expect 0 "$probe" run curve.toml -j 1
per_run=$((($(date +%s%N) - start) / 300000000))
start=$(date +%s%N)
expect 0 "$probe" run curve.toml
says "300 stored before"
again=$((($(date +%s%N) - start) / 1000000))
size=$(find results/runs -name '*.h5' -printf '%s\n' | sort -n | tail -1)
echo "$per_run ms per run, $again ms for a call with 300 stored runs, $size bytes per result"
# The bounds that are promised are 60 ms and 2 s; a busy machine gets some room, as a wrong design costs far more.
[ "$per_run" -le 180 ] || fail "a run costs $per_run ms"
[ "$again" -le 2000 ] || fail "a call with everything stored takes $again ms"
[ "$size" -le 200000 ] || fail "a result takes $size bytes"
