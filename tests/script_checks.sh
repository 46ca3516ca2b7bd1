# Sourced by the tests of the scripts: a scratch folder $box with what was called and said, and the checks on it.
# shellcheck shell=bash disable=SC2034,SC2154  # box, failures and code are the test's as well
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
failures=0

# expect WHAT CONDITION: a failed condition is shown with the exit code, the calls and the output.
expect() {
    if ! eval "$2"; then
        echo "FAILED: $1 ($2)"; echo "exit code $code, calls:"; cat "$box/calls"; echo "output:"; cat "$box/out"
        failures=$((failures + 1))
    fi
}
calls() { grep -q -- "$1" "$box/calls"; }
says() { grep -q -- "$1" "$box/out"; }
