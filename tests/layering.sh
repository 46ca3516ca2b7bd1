#!/bin/sh
# Dependencies go one way: solvers, support, datasets, experiments/harness, the studies; inside solvers, from room to room:
# proximal, device, sparse, then dictionary and convolutional; network apart from these; deep on sparse and network. Prints
# every include that goes another way.
# usage: layering.sh SOURCE_FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
cd "$1"

# includes FOLDER [FIND'S OPTIONS]: every include below it, as file:line:#include "path".
includes() {
    find "$@" \( -name '*.[ch]pp' -o -name '*.cu' -o -name '*.cuh' \) -exec \
        grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]+["<]' {} +
}

status=0
checked=0
complain() {  # complain FOUND REASON
    [ -z "$1" ] || { printf '%s\n  %s\n' "$1" "$2"; status=1; }
}
# forbid FOLDER PATTERN REASON: no file below FOLDER may include a path that begins with PATTERN.
forbid() {
    checked=$((checked + $(includes "$1" | wc -l)))
    complain "$(includes "$1" | grep -E "include[[:space:]]+[\"<]($2)" || true)" "$3"
}
# only FOLDER PATTERN REASON [FIND'S OPTIONS]: of the solvers' headers, files of FOLDER include those that begin with PATTERN.
only() {
    folder=$1 pattern=$2 reason=$3
    shift 3
    checked=$((checked + $(includes "$folder" "$@" | wc -l)))
    complain "$(includes "$folder" "$@" | grep 'include[[:space:]]*"solvers/' |
        grep -vE "include[[:space:]]+\"solvers/(error\.hpp|$pattern)" || true)" "$reason"
}

forbid solvers '(support|datasets|experiments|tests)/|toml\+\+|H5public|hdf5|CLI/' \
    'solvers include only solvers, and know nothing of TOML, HDF5 or the command line'
forbid support '(datasets|experiments|tests)/' 'support includes only solvers/error.hpp and support'
forbid datasets '(experiments|tests)/' 'datasets include only solvers and datasets'

others=$(includes support datasets experiments ! -path 'support/hdf5.cpp')
complain "$(echo "$others" | grep -E 'include[[:space:]]+["<](hdf5|H5)' || true)" 'HDF5 is spoken in support/hdf5.cpp alone'

only solvers/proximal 'proximal/|device/portable\.hpp' 'proximal holds formulas of one entry, which every device calls'
only solvers/device 'proximal/|device/' 'the device knows no algorithm' -maxdepth 1
# What these headers declare is implemented for each device, beside its primitives.
for device in solvers/device/*/; do
    only "${device%/}" 'proximal/|device/|sparse/unrolled\.hpp|convolutional/unrolled(_layers)?\.hpp|network/(layer|operation|loss)\.hpp' \
        'a device implements the primitives, the encoders and the layers alone'
done
only solvers/sparse 'proximal/|device/|sparse/' 'sparse coding knows no dictionary learning'
only solvers/convolutional 'proximal/|device/|sparse/|convolutional/' \
    'convolutional coding builds on sparse coding alone'
only solvers/dictionary 'proximal/|device/|sparse/|dictionary/' 'dictionary learning builds on sparse coding alone'
only solvers/network 'proximal/|device/|network/' 'networks know no sparse coding'
only solvers/deep 'proximal/|device/|sparse/|network/|deep/' 'deep coding builds on sparse coding and networks alone'

studies=$(for header in experiments/*/study.hpp; do basename "$(dirname "$header")"; done)
for study in $studies; do
    forbid solvers "experiments/$study/" 'solvers know no study'
    forbid experiments/harness "experiments/$study/" 'the harness knows no study'
    for other in $studies; do
        [ "$other" = "$study" ] || forbid "experiments/$other" "experiments/$study/" 'a study knows no other study'
    done
done

# Headers of the project are included by their path from the root, or the rules above would not see them.
complain "$(includes solvers support datasets experiments | grep 'include[[:space:]]*"' |
    grep -vE 'include[[:space:]]+"(solvers|support|datasets|experiments)/' || true)" 'include by the path from the root'

[ "$checked" -gt 0 ] || { echo "no source file found below $1"; status=1; }
[ "$status" -eq 0 ] && echo "layering holds in $checked checks"
[ "$status" -eq 0 ] && [ "${2-}" != once ] || exit "$status"

# Each rule can fail: a copy of the sources' folders with one file that breaks it is refused.
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
refused() {  # refused FILE INCLUDE
    mkdir -p "$box/$(dirname "$1")"
    printf '#include "%s"\n' "$2" >"$box/$1"
    sh "$here" "$box" once >"$box/said" && { echo "$1 may include $2, and must not"; status=1; }
    grep -q "^$1:1:" "$box/said" || { echo "the include of $2 in $1 is not named"; status=1; }
    rm "$box/$1"
}
for folder in solvers/proximal solvers/device/cpu solvers/sparse solvers/dictionary solvers/convolutional solvers/network \
    solvers/deep support datasets experiments/harness experiments/one experiments/two; do
    mkdir -p "$box/$folder"
    echo '#include "solvers/error.hpp"' >"$box/$folder/study.hpp"
done
sh "$here" "$box" once >"$box/said" || { cat "$box/said"; echo 'a tree without a fault is refused'; status=1; }
refused solvers/sparse/a.hpp datasets/a.hpp
refused support/a.hpp datasets/a.hpp
refused datasets/a.cpp experiments/harness/a.hpp
refused datasets/a.cpp hdf5.h
refused experiments/harness/a.cpp H5public.h
refused solvers/proximal/a.hpp solvers/device/array.hpp
refused solvers/device/a.hpp solvers/dictionary/a.hpp
refused solvers/device/a.hpp solvers/sparse/unrolled.hpp
refused solvers/device/cpu/a.cpp solvers/sparse/ista.hpp
refused solvers/sparse/a.cpp solvers/dictionary/a.hpp
refused solvers/dictionary/a.cu solvers/network/a.hpp
refused solvers/device/cpu/a.cpp solvers/network/network.hpp
refused solvers/network/a.hpp solvers/sparse/ista.hpp
refused solvers/network/a.hpp solvers/deep/a.hpp
refused solvers/deep/a.cpp solvers/dictionary/a.hpp
refused solvers/dictionary/a.hpp solvers/convolutional/a.hpp
refused solvers/convolutional/a.hpp solvers/dictionary/a.hpp
refused experiments/harness/a.cpp experiments/one/a.hpp
refused experiments/one/a.cpp experiments/two/a.hpp
refused solvers/sparse/a.hpp a.hpp
exit "$status"
