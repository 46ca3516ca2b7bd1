#!/bin/bash
# kill -9 of the whole process group at random moments; then a second call completes the work with the same digests
# as an undisturbed run; and a run that keeps its state goes on from it, to the same digest. usage: kill_resume.sh PROBE [COUNT, default 10]
. "$(dirname "$0")/common.sh"
count=${2:-10}

spec curve.toml probe.curve 12 'seconds = 0.03'
expect 0 "$probe" run curve.toml -j 2 --results undisturbed
digests undisturbed >expected
[ "$(wc -l <expected)" = 12 ] || fail "there are $(wc -l <expected) results instead of 12"

# dies: ends the process group with all its workers.
dies() {
    kill -9 -- "-$1" 2>/dev/null
    wait "$1" 2>/dev/null
    for wait in $(seq 100); do  # a killed worker is gone when the system has got round to it
        [ "$(orphans)" = 0 ] && break
        sleep 0.05
    done
    [ "$(orphans)" = 0 ] || fail "the kill left $(orphans) workers behind"
}

for i in $(seq "$count"); do
    rm -rf results
    setsid "$probe" run curve.toml -j 2 >out 2>&1 &
    group=$!
    sleep "$(printf '0.%03d' $((RANDOM % 450)))"
    dies "$group"
    before=$(find results/runs -name '*.h5' 2>/dev/null | wc -l)
    expect 0 "$probe" run curve.toml -j 2
    digests results >got
    cmp -s expected got || fail "after kill $i, with $before of 12 runs stored, the digests differ"
    [ -z "$(find results -name '*.tmp')" ] || fail "after kill $i a temporary file is left"
    [ -z "$(ls results/quarantine)" ] || fail "after kill $i something was quarantined"
    echo "kill $i: $before of 12 runs were stored, resumed to equal digests"
done

spec long.toml probe.count_on 1 'seconds = 0.03'
expect 0 "$probe" run long.toml --results undisturbed-long
digests undisturbed-long >expected
rm -rf results
states() { find results/checkpoints -name '*.state' 2>/dev/null; }
setsid "$probe" run long.toml >out 2>&1 &
group=$!
for wait in $(seq 200); do
    [ -z "$(states)" ] || break
    sleep 0.02
done
[ -n "$(states)" ] || fail "the run keeps no state"
sleep 0.1
dies "$group"
expect 0 "$probe" run long.toml
digests results >got
cmp -s expected got || fail "the run that went on has another digest"
[ -z "$(states)" ] || fail "the state of a run that is done is left"
log=$(find results/logs -name '*.log')
grep -q 'starts at step [1-9]' "$log" || fail "the run began anew: $(cat "$log")"
echo "a run that keeps its state $(grep -o 'starts at step [0-9]*' "$log" | tail -1), to the digest of one without a break"
