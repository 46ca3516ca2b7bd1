#!/bin/bash
# Checks scripts/reproduce.sh with a made-up `assay` that notes its calls: what is done, what is not done twice, and what
# happens when data, runs or specs are bad.
# usage: reproduce.sh SOURCE_FOLDER
# shellcheck disable=SC2016,SC2317  # the conditions are evaluated by `expect`
set -u
source=$1
. "$1/tests/script_checks.sh"

cat >"$box/assay" <<'E2'
#!/bin/sh
box=$(dirname "$0")
echo "$*" >>"$box/calls"
results="$box/results"
case "$1 $2" in
    'data needed') cat "$box/data" ;;
    'data get') exit "$(cat "$box/get_code")" ;;
    run*) mkdir -p "$results/runs"; [ -f "$results/runs/a.h5" ] || echo a >"$results/runs/a.h5"; exit "$(cat "$box/run_code")" ;;
    report*) mkdir -p "$results/report"; echo '[]' >"$results/report/verdicts.json" ;;
esac
E2
chmod +x "$box/assay"
begin() {
    rm -rf "$box/results"
    echo 'made available' >"$box/data"
    echo 0 >"$box/run_code"; echo 0 >"$box/get_code"
}
call() {
    : >"$box/calls"
    "$source/scripts/reproduce.sh" "$box" "$box/results" quick cpu "${jobs:-}" "${specs:-experiments}" >"$box/out" 2>&1
    code=$?
}
later() { sleep 0.02; touch "$1"; } # later than the stamp by more than the clock's step

begin
jobs=3 call
expect 'it runs and reports, and fetches nothing that is there' \
    '[ $code = 0 ] && calls "^run experiments .*--profile quick --device cpu -j 3" && calls "^report experiments" && ! calls "data get"'
call
expect 'a second call only says so' '[ $code = 0 ] && says "Nothing to do" && ! calls "^run" && ! calls "^report"'
later "$box/results/runs/a.h5"
call
expect 'a changed result is judged again' 'calls "^report" && ! says "Nothing to do"'
rm "$box/results/runs/a.h5"; later "$box/results/runs"
call
expect 'a lost result is computed again' 'calls "^run" && calls "^report"'
rm "$box/results/report/verdicts.json"
call
expect 'a lost report is written again' 'calls "^report"'

begin
echo 'made missing' >"$box/data"; echo 1 >"$box/get_code"
call
expect 'data that cannot be had stops nothing' '[ $code = 0 ] && calls "^data get made$" && says "claims that need made are not run" && calls "^report"'
call
expect 'and is not tried again by the second call' '! calls "data get" && says "Nothing to do" && says "Not on this machine: made"'
echo 'made available' >"$box/data"
call
expect 'but once it is there its claims are run' 'calls "^run"'

begin
echo 1 >"$box/run_code"
call
expect 'failed runs are reported, and fail' '[ $code = 1 ] && calls "^report" && says "tries them again"'
call
expect 'and are tried again' 'calls "^run"'
echo 2 >"$box/run_code"
call
expect 'bad input ends the call' '[ $code = 2 ] && ! calls "^report"'

begin
specs=experiments/none call
expect 'an unknown study is refused, with the known ones' '[ $code = 2 ] && says "no study none" && says pudle && [ ! -s $box/calls ]'

[ "$failures" -eq 0 ] && echo "reproduce.sh does as it says"
exit "$failures"
