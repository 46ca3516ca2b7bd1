#!/bin/bash
# Interruptions, damaged files, full and forbidden folders; and what the other subcommands say about stored runs.
. "$(dirname "$0")/common.sh"

# Ctrl-C once: an orderly end, no orphans, and the same command goes on from there.
spec slow.toml probe.curve 6 'seconds = 30'
"$probe" run slow.toml -j 2 >out 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ "$(orphans)" = 2 ] && break
    sleep 0.05
done
[ "$(orphans)" = 2 ] || fail "there are $(orphans) workers instead of 2"
start=$(date +%s%N)
kill -INT "$pid"
wait "$pid"
code=$?
took=$((($(date +%s%N) - start) / 1000000))
[ "$code" = 130 ] || fail "an interrupted run ended with $code instead of 130"
[ "$took" -lt 3000 ] || fail "the interruption took $took ms"
says "interrupted: 4 runs were not started"
[ "$(orphans)" = 0 ] || fail "the interruption left $(orphans) workers behind"
[ -z "$(find results -name '*.tmp')" ] || fail "the interruption left a temporary file"

# Twice: at once, even where a worker ignores SIGTERM.
spec stubborn.toml probe.end 1 'how = "ignore-sigterm"'
"$probe" run stubborn.toml >out 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ "$(orphans)" = 1 ] && break
    sleep 0.05
done
sleep 0.3
start=$(date +%s%N)
kill -INT "$pid"
sleep 0.3
kill -INT "$pid"
wait "$pid"
code=$?
took=$((($(date +%s%N) - start) / 1000000))
[ "$code" = 130 ] || fail "a run interrupted twice ended with $code instead of 130"
[ "$took" -lt 1500 ] || fail "the second interruption took $took ms"
[ "$(orphans)" = 0 ] || fail "the second interruption left a worker behind"

# The program alone is killed: its workers die with it.
"$probe" run slow.toml -j 2 >out 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ "$(orphans)" = 2 ] && break
    sleep 0.05
done
kill -9 "$pid"
wait "$pid" 2>/dev/null
sleep 0.2
[ "$(orphans)" = 0 ] || fail "$(orphans) workers outlived their parent"

# A truncated and a flipped file are set aside and computed again.
spec curve.toml probe.curve 3
expect 0 "$probe" run curve.toml
says "3 completed"
digests results >expected
first=$(find results/runs -name '*.h5' | sort | sed -n 1p)
second=$(find results/runs -name '*.h5' | sort | sed -n 2p)
truncate -s 3000 "$first"
printf 'damaged' | dd of="$second" bs=1 seek=5000 conv=notrunc 2>/dev/null
cp "$second" damaged.h5
expect 0 "$probe" run curve.toml
says "2 completed, 1 stored before"
digests results | cmp -s expected - || fail "the repeated runs have other digests"
grep -q "checksum" results/quarantine/*.reason.txt || fail "no reason was left in quarantine/"
cp damaged.h5 "$second"
expect 1 "$probe" verify
says "1 damaged"
expect 0 "$probe" run curve.toml
expect 0 "$probe" verify
says "3 sound, 0 damaged"

# A file answers by itself what made its numbers.
h5dump "$first" >out 2>&1 || fail "h5dump cannot read a result"
for text in compiler flags git.commit blas.kernel blas.threads network.library oneDNN \
    network.threads library.hdf5 cpu.model machine.host command.line date identity 'experiment = "probe.curve"'; do
    says "$text"
done

# doctor says what networks are computed with, whatever else it finds on this machine.
"$probe" doctor >out 2>&1 || [ $? = 1 ] || fail "doctor did not end as it should"
says "oneDNN"

# replay, compare, explain
id=$(basename "$first" .h5)
other=$(basename "$second" .h5)
expect 0 "$probe" replay "${id:0:10}"
says "equal: digest"
expect 0 "$probe" replay "$first"
expect 0 "$probe" compare "$id" "$first"
says "equal: every bit"
expect 1 "$probe" compare "$id" "$other"
says "identity seed"
expect 0 "$probe" explain "${id:0:10}" curve.toml
says "It would not run again"
expect 0 "$probe" plan curve.toml --set rate=0.7
says "3 to compute"

# A claim that no result can decide is told before anything is computed.
sed 's/^seeds = .*/&\ngrid = { rate = [0.1, 0.2] }/' curve.toml >grid.toml
printf '[[claim]]\nid = "falls"\nsays = "x"\nwhere = "y"\ncheck = { of = "last(error)", below = 1 }\n' >>grid.toml
expect 0 "$probe" plan grid.toml
says "the claim falls of"
says "error leaves 2 runs per seed; pick also rate (0.1, 0.2)"
sed 's/last(error)/last(error[rate=0.1])/' grid.toml >picked.toml
expect 0 "$probe" plan picked.toml
! grep -q "the claim" out || fail "a claim that waits for its runs is called undecidable"

spec changed.toml probe.curve 1 'rate = 0.7'
expect 0 "$probe" status changed.toml --all
expect 0 "$probe" explain "$(sed -n 's/.*seed 1 \([0-9a-f]*\)$/\1/p' out)" changed.toml
says "params.rate: 0.1 -> 0.7"
expect 2 "$probe" explain 000000 changed.toml
says "there is no run 000000"
expect 0 "$probe" run changed.toml --set rate=0.8 --results elsewhere
expect 2 "$probe" run curve.toml --device cuda
says "hint"
expect 0 "$probe" run curve.toml --device auto
says "3 stored"

# A folder that cannot be written: said at once.
echo >file
expect 2 "$probe" run changed.toml --results file/results
says "file/results"
expect 2 "$probe" run changed.toml --results /proc/assay
says "--results"
if [ "$(id -u)" != 0 ]; then
    mkdir forbidden && chmod 500 forbidden
    expect 2 "$probe" run changed.toml --results forbidden
    says "--results"
fi

# No room for a result of some 10 kB: the run fails with the reason, and nothing half-written is left.
(ulimit -f 4 && "$probe" run changed.toml --results full) >out 2>&1
code=$?
[ "$code" = 1 ] || fail "a full disk ended with $code instead of 1"
says "File too large"
[ -z "$(find full -name '*.tmp' -o -name '*.h5')" ] || fail "a full disk left a file behind"
echo "all faults were met"
