#!/bin/bash
# `make reproduce-all` in profile smoke, into a scratch folder: it ends well, leaves verdicts and a report, and a second call
# does nothing, quickly.
# usage: reproduce_smoke.sh SOURCE_FOLDER BUILD_FOLDER
set -u
source=$1 build=$2
results="$build/smoke-results"
rm -rf "$results"
# The variables of the make that runs the tests are not for the one that is tested.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL ASSAY_RESULTS
reproduce() { make -C "$source" --no-print-directory reproduce-all BUILD="$build" RESULTS="$results" PROFILE=smoke DEPS=no; }
fail() { echo "FAILED: $1"; exit 1; }

reproduce || fail "make reproduce-all PROFILE=smoke ended with code $?"
[ -s "$results/report/verdicts.json" ] || fail "there is no report/verdicts.json"
[ -s "$results/report/index.html" ] || fail "there is no report/index.html"
grep -q '"verdict"' "$results/report/verdicts.json" || fail "verdicts.json holds no verdict"

before=$(date +%s%N)
said=$(reproduce 2>&1) || fail "the second call ended with code $?: $said"
milliseconds=$((($(date +%s%N) - before) / 1000000))
echo "second call: $milliseconds ms"
grep -q 'Nothing to do' <<<"$said" || fail "the second call did something: $said"
[ "$milliseconds" -lt 2000 ] || fail "the second call took $milliseconds ms; it must take less than 2 s"

run=$(find "$results/runs" -name '*.h5' -print -quit)
[ -n "$run" ] || fail "there is no result file"
rm "$run"
said=$(reproduce 2>&1) || fail "after a lost result file the call ended with code $?: $said"
[ -s "$run" ] || fail "a lost result file was not computed again: $said"
