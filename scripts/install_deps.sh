#!/bin/sh
# Installs the Debian packages that Assay needs and that are not there yet; does nothing when all are. The names hold for
# Debian 12 and Ubuntu 24.04. As root it installs at once, else it asks before it uses sudo.
# usage: install_deps.sh [--yes]     --yes: do not ask
set -eu

# One package a line: its name, then what it is for.
packages='
g++                       the C++20 compiler
cmake                     the build
ninja-build               the build
make                      the front door
git                       the commit in every result
pkg-config                finds OpenBLAS and toml++
libopenblas-dev           dense linear algebra
libarmadillo-dev          matrices
libdnnl-dev               oneDNN, the layers of networks
coinor-libclp-dev         linear programs: the coherence of a dictionary
libhdf5-dev               result files, feature files
hdf5-tools                h5dump, to look into a result file
libtomlplusplus-dev       specs and data set descriptions
libcli11-dev              the command line
libfmt-dev                text
libssl-dev                SHA-256
nlohmann-json3-dev        the journal and verdicts.json
libkainjow-mustache-dev   templates of the report and of new studies
libboost-dev              distributions of the intervals, Sobol points
libboost-test-dev         the test suite
libpng-dev                image tiles of figures, PNG data sets
libturbojpeg0-dev         JPEG data sets
libarchive-dev            data sets in tar archives
zlib1g-dev                packed data sets
liblzma-dev               packed data sets
libmatio-dev              data sets in MATLAB files
gnuplot-nox               figures
fonts-dejavu-core         their lettering
curl                      downloads of data sets
ca-certificates           downloads of data sets
dataset-fashion-mnist     the Fashion-MNIST data set
'
names=$(printf '%s' "$packages" | while read -r name _; do [ -z "$name" ] || printf '%s ' "$name"; done)

case "${1:-}" in
    '' | --yes) ;;
    *) echo "usage: install_deps.sh [--yes]" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is no Debian or Ubuntu system. Please install these yourself (the names are Debian's):" >&2
    printf '%s' "$packages" >&2
    echo "then call make with DEPS=no, which leaves this check out." >&2
    exit 1
fi

# shellcheck disable=SC2086 # the names are words without special characters
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $names 2>/dev/null | sed -n 's/^installed //p')
missing=
for name in $names; do
    case "
$installed
" in
        *"
$name
"*) ;;
        *) missing="$missing $name" ;;
    esac
done
[ -n "$missing" ] || exit 0

echo "Assay needs these Debian packages, which are not installed:$missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
        echo "There is no sudo. As root, please run: apt-get install$missing" >&2
        exit 1
    fi
    if [ "${1:-}" != --yes ]; then
        printf 'Install them with sudo apt-get? [Y/n] '
        read -r answer || answer=no
        case "$answer" in
            '' | [Yy]*) ;;
            *) echo "Nothing was installed. Later: sudo apt-get install$missing" >&2; exit 1 ;;
        esac
    fi
fi

install() {
    # shellcheck disable=SC2086 # as above
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $missing
}
$as_root apt-get update
if ! install; then
    echo "apt-get could not install:$missing" >&2
    echo "Look at its message above; on Ubuntu the 'universe' component must be enabled." >&2
    exit 1
fi
