#!/bin/sh
# Runs the parity tests and a small benchmark of the CUDA device on a machine with a GPU, from a finished build.
#
#   scripts/gpu_check.sh BUILD            run the checks of the build folder BUILD (for example build)
#   scripts/gpu_check.sh --pack BUILD TO  copy programs and their libraries, CUDA's apart, from BUILD into the folder TO,
#                                         which then serves as BUILD on a machine that has the CUDA libraries only
set -eu

usage() {
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    exit 2
}

# Where a program is: in a build folder, or in a packed one.
program() {
    for path in "$1/tests/cuda/$2" "$1/$2"; do
        [ -x "$path" ] && { echo "$path"; return; }
    done
    echo "$1 holds no $2: build it with  cmake --build $1 --target $2  (needs -DASSAY_CUDA=ON)" >&2
    return 1
}

pack() {
    mkdir -p "$2/lib"
    for name in test_cuda bench_cuda; do
        path=$(program "$1" "$name")
        cp "$path" "$2/$name"
        # The C library comes from the machine; a packed one would not fit its loader.
        ldd "$path" | sed -n 's/^[[:space:]]*\([^ ]*\) => \(\/[^ ]*\) .*/\1 \2/p' | while read -r library file; do
            case $library in
                libcu* | libnv* | libc.so* | libm.so* | libdl.so* | librt.so* | libpthread.so* | ld-linux*) ;;
                *) cp -L "$file" "$2/lib/$library" ;;
            esac
        done
    done
    echo "packed into $2: scripts/gpu_check.sh $2"
}

[ $# -ge 1 ] || usage
case $1 in
    --pack) [ $# -eq 3 ] || usage; pack "$2" "$3"; exit ;;
    -*) usage ;;
esac

build=$1
tests=$(program "$build" test_cuda)
benchmark=$(program "$build" bench_cuda)
cuda=${CUDA_HOME:-/usr/local/cuda}/lib64
export LD_LIBRARY_PATH="$build/lib:$cuda${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export OPENBLAS_NUM_THREADS=1

status=0
"$tests" --report_level=short --log_level=error || status=$?
if [ "$status" -eq 77 ]; then  # the tests have said why
    exit 77
fi
"$benchmark" || status=$?
[ "$status" -eq 0 ] && echo "the CUDA device agrees with the CPU" || echo "FAILED (status $status)"
exit "$status"
