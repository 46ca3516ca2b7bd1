#!/bin/sh
# Gets the data, computes what is missing, judges the claims and writes the report; when nothing has changed since the last
# time it only says so. Called by make.
# usage: reproduce.sh BUILD RESULTS PROFILE DEVICE JOBS SPECS     JOBS may be empty; SPECS is a folder below the checkout
set -eu
build=$1 results=$2 profile=$3 device=$4 jobs=$5 specs=$6
cd "$(dirname "$0")/.."
assay="$build/assay"
report="$results/report"

if [ ! -d "$specs" ]; then
    echo "There is no study ${specs#experiments/}; the studies are those folders of experiments/ that have a study.hpp:" >&2
    for study in experiments/*/study.hpp; do echo "  $(basename "$(dirname "$study")")" >&2; done
    exit 2
fi

needed() { "$assay" data needed "$specs" --profile "$profile"; }
missing() { needed | awk '$2 == "missing" { printf " %s", $1 }'; }

# What the report is made from. When neither this nor a file below runs/ has changed since the stamp, the report stands.
state() {
    printf '%s %s %s\n' "$profile" "$device" "$specs"
    needed
    find "$assay" experiments figures datasets -type f \( -name assay -o -path '*.toml' -o -path 'figures/*' \) \
        ! -path 'datasets/cache/*' -exec cksum {} + | sort -k3
}
stamp="$results/.reproduced-$profile-$device-$(basename "$specs")"
now=$(state)
if [ -f "$stamp" ] && [ -f "$report/verdicts.json" ] && [ "$now" = "$(cat "$stamp")" ] &&
    [ -z "$(find "$results/runs" "$report" -newer "$stamp" -print -quit 2>/dev/null)" ]; then
    echo "Nothing to do: every claim stands as judged (profile $profile, device $device)."
    [ -z "$(missing)" ] || echo "Not on this machine:$(missing); claims that need it are not run. make data tries again to get it."
    echo "Report: $report/index.html"
    exit 0
fi

absent=$(missing)
# shellcheck disable=SC2086  # names without spaces
if [ -n "$absent" ] && ! "$assay" data get $absent; then
    echo "Not every data set could be had; claims that need$(missing) are not run, everything else is."
fi

code=0
"$assay" run "$specs" --results "$results" --profile "$profile" --device "$device" ${jobs:+-j "$jobs"} || code=$?
# 1: some runs failed, which the report shows. Anything else (bad input, interruption) ends here.
[ "$code" -le 1 ] || exit "$code"
"$assay" report "$specs" --results "$results" --profile "$profile" --device "$device"
[ "$code" -eq 0 ] || { echo "Some runs failed; the same command tries them again." >&2; exit "$code"; }
state >"$stamp"
