# Sourced by the end-to-end tests of the runner. usage of each: <test>.sh PROBE [arguments], where PROBE is the
# program of probe_experiments.cpp.
set -u
probe=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export ASSAY_RESULTS="$work/results"

fail() {
    echo "FAILED: $1"
    [ -f out ] && sed 's/^/    /' out
    exit 1
}

# spec FILE EXPERIMENT SEEDS [line...]: writes a spec whose further lines go to [params].
spec() {
    local file=$1 experiment=$2 seeds=$3
    shift 3
    {
        printf 'schema = 1\nexperiment = "%s"\ntitle = "probe"\nsource = "probe"\n[params]\n' "$experiment"
        printf '%s\n' "$@"
        printf '[sweep]\nseeds = %s\n' "$seeds"
    } >"$file"
}

# expect CODE COMMAND...: runs it, keeps what it says in `out`, checks the exit code.
expect() {
    local wanted=$1
    shift
    "$@" >out 2>&1
    local code=$?
    [ "$code" = "$wanted" ] || fail "\"$*\" ended with $code instead of $wanted"
}

# says TEXT: the last command said it.
says() { grep -qF -- "$1" out || fail "it does not say \"$1\""; }

# digests FOLDER: one line "id digest" per result.
digests() {
    find "$1/runs" -name '*.h5' | sort | while read -r file; do
        echo "$(basename "$file") $(h5dump -a digest "$file" | grep -o '"[0-9a-f]\{64\}"')"
    done
}

# orphans: workers of this test that still run; another test's, which may run beside it, work in another folder.
orphans() {
    for process in $(pgrep -f "^$probe worker"); do
        [ "$(readlink "/proc/$process/cwd")" != "$work" ] || echo "$process"
    done | wc -l
}
