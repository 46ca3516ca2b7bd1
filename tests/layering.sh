#!/bin/sh
# Dependencies go one way: solvers, support, datasets, experiments/harness, the studies. Prints every include that goes another way.
# usage: layering.sh SOURCE_FOLDER
set -eu
cd "$1"

# forbid FOLDER PATTERN REASON: no file below FOLDER may include a project header whose path matches PATTERN.
status=0
checked=0
forbid() {
    found=$(grep -rnE --include='*.hpp' --include='*.cpp' --include='*.cu' --include='*.cuh' \
        "^[[:space:]]*#[[:space:]]*include[[:space:]]+[\"<]($2)" "$1" || true)
    checked=$((checked + $(find "$1" -name '*.[ch]pp' -o -name '*.cu' -o -name '*.cuh' | wc -l)))
    [ -z "$found" ] || { printf '%s\n  %s\n' "$found" "$3"; status=1; }
}

forbid solvers '(support|datasets|experiments|tests)/|toml\+\+|H5public|hdf5|CLI/' \
    'solvers include only solvers, and know nothing of TOML, HDF5 or the command line'
forbid support '(datasets|experiments|tests)/' 'support includes only solvers/error.hpp and support'
forbid datasets '(experiments|tests)/' 'datasets include only solvers and datasets'

studies=$(for header in experiments/*/study.hpp; do basename "$(dirname "$header")"; done)
for study in $studies; do
    forbid solvers "experiments/$study/" 'solvers know no study'
    forbid experiments/harness "experiments/$study/" 'the harness knows no study'
    for other in $studies; do
        [ "$other" = "$study" ] || forbid "experiments/$other" "experiments/$study/" 'a study knows no other study'
    done
done

# Headers of the project are included by their path from the root, or the rules above would not see them.
relative=$(grep -rnE --include='*.hpp' --include='*.cpp' --include='*.cu' --include='*.cuh' \
    '^[[:space:]]*#[[:space:]]*include[[:space:]]+"' solvers support datasets experiments |
    grep -vE 'include[[:space:]]+"(solvers|support|datasets|experiments)/' || true)
[ -z "$relative" ] || { printf '%s\n  include by the path from the root\n' "$relative"; status=1; }

[ "$checked" -gt 0 ] || { echo "no source file found below $1"; status=1; }
[ "$status" -eq 0 ] && echo "layering holds in $checked checks"
exit "$status"
