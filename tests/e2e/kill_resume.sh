#!/bin/bash
# kill -9 of the whole process group at random moments; then a second call completes the work with the same digests
# as an undisturbed run. usage: kill_resume.sh PROBE [COUNT, default 10]
. "$(dirname "$0")/common.sh"
count=${2:-10}

spec curve.toml probe.curve 12 'seconds = 0.03'
expect 0 "$probe" run curve.toml -j 2 --results undisturbed
digests undisturbed >expected
[ "$(wc -l <expected)" = 12 ] || fail "there are $(wc -l <expected) results instead of 12"

for i in $(seq "$count"); do
    rm -rf results
    setsid "$probe" run curve.toml -j 2 >out 2>&1 &
    group=$!
    sleep "$(printf '0.%03d' $((RANDOM % 450)))"
    kill -9 -- "-$group" 2>/dev/null
    wait "$group" 2>/dev/null
    for wait in $(seq 100); do  # a killed worker is gone when the system has got round to it
        [ "$(orphans)" = 0 ] && break
        sleep 0.05
    done
    [ "$(orphans)" = 0 ] || fail "kill $i left $(orphans) workers behind"
    before=$(find results/runs -name '*.h5' 2>/dev/null | wc -l)
    expect 0 "$probe" run curve.toml -j 2
    digests results >got
    cmp -s expected got || fail "after kill $i, with $before of 12 runs stored, the digests differ"
    [ -z "$(find results -name '*.tmp')" ] || fail "after kill $i a temporary file is left"
    [ -z "$(ls results/quarantine)" ] || fail "after kill $i something was quarantined"
    echo "kill $i: $before of 12 runs were stored, resumed to equal digests"
done
