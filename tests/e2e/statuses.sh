#!/bin/bash
# Every way in which a run can end has its status, its message and its log, and does not disturb the others.
. "$(dirname "$0")/common.sh"

# ends HOW STATUS MESSAGE [options...]
ends() {
    local how=$1 status=$2 message=$3
    shift 3
    spec "$how.toml" probe.end 1 "how = \"$how\""
    [ "$how" = memory ] && printf '[limits]\nmemory_mb = 200\n' >>"$how.toml"
    expect 1 "$probe" run "$how.toml" "$@"
    says "$status"
    says "$message"
    local log
    log=$(sed -n 's/^ *log: //p' out | head -1)
    [ -f "$log" ] || fail "$how left no log"
    expect 0 "$probe" status "$how.toml"
    says "1 $status"
    says "$log"
}

ends throw failed "the probe was told to fail"
ends abort crashed "SIGABRT"
ends segfault crashed "SIGSEGV"
ends overflow crashed "SIGSEGV"
ends exit failed "without a result"
ends memory "out of memory" "allocation"
ends gpu-memory "out of memory" "no room for 9 MiB on the GPU"
ends hang timeout "time limit of 0.3 s" --timeout 0.3
start=$SECONDS
ends ignore-sigterm timeout "time limit of 0.3 s" --timeout 0.3
[ $((SECONDS - start)) -le 10 ] || fail "a worker that ignores SIGTERM took $((SECONDS - start)) s to go"

spec diverge.toml probe.diverge 2
expect 0 "$probe" run diverge.toml
says "2 diverged"
says "error is not finite at iteration 3"
expect 0 "$probe" run diverge.toml
says "2 stored before"

# The trace of a solver that overflows is kept up to the bad point: the NaN after the last good one.
spec overflow.toml probe.overflow 1
expect 0 "$probe" run overflow.toml --results "$work/overflow"
says "1 diverged"
says "the norm of the codes is not finite at iteration"
h5dump -d /metrics/error -y -w 1 "$(find overflow -name '*.h5')" >out
points=$(grep -c '^ *[0-9.e+-]*,$' out)
[ "$points" -ge 2 ] || fail "the trace before the overflow has $points points"
says "nan"

# An algorithm that stops by itself has as many points as it took iterations, and is replayed to the same bits.
spec early.toml probe.stop_early 4
expect 0 "$probe" run early.toml --results "$work/early"
for file in $(find early -name '*.h5'); do
    seed=$(h5dump -a seed "$file" | sed -n 's/^ *(0): //p')
    h5dump -H -d /metrics/error "$file" >out
    says "{ ( $((seed % 5)) ) / ( $((seed % 5)) ) }"
done
expect 0 "$probe" replay "$(basename "$file" .h5)" --results "$work/early"

# One seed of three fails: the others go on, and a second call repeats only the failed ones.
spec third.toml probe.end 7 'how = "third"'
expect 1 "$probe" run third.toml -j 2
says "5 completed, 2 failed"
expect 1 "$probe" run third.toml
says "7 runs: 5 stored, 2 to compute"
says "2 failed, 5 stored before"

# All fail alike: no point in going on.
spec all.toml probe.end 50 'how = "throw"'
expect 1 "$probe" run all.toml -j 1
says "the first 3 runs all ended the same way"
says "the probe was told to fail"
says "3 failed, 47 not started"

spec fast.toml probe.end 9 'how = "third"'
expect 1 "$probe" run fast.toml -j 1 --fail-fast --results "$work/fast"
says "--fail-fast"

[ "$(orphans)" = 0 ] || fail "$(orphans) workers are still there"
echo "every status was seen"
