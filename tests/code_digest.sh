#!/bin/bash
# Checks which changes of the sources change the digest of a study's code, on a made-up source tree.
# usage: code_digest.sh SOURCE_FOLDER DIGEST_TOOL
# shellcheck disable=SC2016,SC2317  # the conditions are evaluated by `expect`
set -u
tool=$2
. "$1/tests/script_checks.sh"

code=0; : >"$box/calls"; : >"$box/out"  # script_checks.sh shows them beside a failed condition
tree="$box/tree"
write() { mkdir -p "$(dirname "$tree/$1")"; printf '%b\n' "$2" >"$tree/$1"; }
digest() { "$tool" "$tree" "$box/digests.cpp" && sed -n "s/.*{\"$1\", \"\(.*\)\"},/\1/p" "$box/digests.cpp"; }
# changes STUDY FILE TEXT: whether another text of the file, or a new file, changes the study's digest.
changes() {
    local before after
    before=$(digest "$1")
    [ ! -e "$tree/$2" ] || cp "$tree/$2" "$box/saved"
    write "$2" "$3"
    after=$(digest "$1")
    if [ -e "$box/saved" ]; then mv "$box/saved" "$tree/$2"; else rm "$tree/$2"; fi
    [ -n "$before" ] && [ -n "$after" ] && [ "$before" != "$after" ]
}

write solvers/device/array.hpp 'int array;'
write solvers/device/product.hpp '#include "solvers/device/array.hpp"\nint product();'
write solvers/device/cpu/product.cpp '#include "solvers/device/product.hpp"\nint product() { return 1; }'
write solvers/device/cpu/product_wide.cpp '#include "solvers/device/product.hpp"\nint wide() { return 1; }'
write solvers/device/cpu/loader.cpp 'int loader() { return 1; }'
write solvers/device/no_cuda/no_cuda.cpp '#include "solvers/device/product.hpp"\nint absent();'
write solvers/sparse/ista.hpp '#include "solvers/device/product.hpp"\nint ista();'
write solvers/sparse/ista.cpp '#include "solvers/sparse/ista.hpp"\nint ista() { return 1; }'
write solvers/sparse/omp.hpp 'int omp();'
write solvers/sparse/omp.cpp '#include "solvers/sparse/omp.hpp"\nint omp() { return 1; }'
write datasets/idx.hpp 'int idx();'
write experiments/harness/run_context.hpp 'int run;'
write experiments/harness/cli.cpp 'int cli;'
write experiments/one/one.cpp '#include "solvers/sparse/ista.hpp"\nint one;'
write experiments/two/two.cpp '#include "solvers/sparse/omp.hpp"\nint two;'

expect 'each study has its own digest' '[ "$(digest one)" != "$(digest two)" ]'
expect 'a comment or a line break changes nothing' '! changes one experiments/one/one.cpp "#include \"solvers/sparse/ista.hpp\"\n// why\nint\none;"'
expect 'the own code does' 'changes one experiments/one/one.cpp "#include \"solvers/sparse/ista.hpp\"\nint more;"'
expect 'a new file of the study does' 'changes one experiments/one/more.cpp "int more;"'
expect 'what implements an included header does' 'changes one solvers/sparse/ista.cpp "#include \"solvers/sparse/ista.hpp\"\nint ista() { return 2; }"'
expect 'and what is included behind it' 'changes one solvers/device/array.hpp "long array;"'
expect 'and what implements that for a device' 'changes one solvers/device/cpu/product.cpp "#include \"solvers/device/product.hpp\"\nint product() { return 2; }"'
expect 'in several files as well' 'changes one solvers/device/cpu/product_wide.cpp "#include \"solvers/device/product.hpp\"\nint wide() { return 2; }"'
expect 'a source without a header of its own belongs to all' 'changes one solvers/device/cpu/loader.cpp "int loader() { return 2; }"'
write solvers/device/cpu/parts.hpp '#include "solvers/device/array.hpp"\nint parts();'
write solvers/device/cpu/parts.cpp '#include "solvers/device/cpu/parts.hpp"\nint parts() { return 1; }'
expect 'a source that only its own folder knows is refused' '! digest one 2>"$box/out" && grep -q "parts.cpp" "$box/out"'
rm "$tree"/solvers/device/cpu/parts.*
expect 'what an experiment sees of the harness does' 'changes one experiments/harness/run_context.hpp "long run;"'
expect 'the rest of the harness does not' '! changes one experiments/harness/cli.cpp "int more;"'
expect 'a solver that the study does not include does not' '! changes one solvers/sparse/omp.cpp "#include \"solvers/sparse/omp.hpp\"\nint omp() { return 2; }"'
expect 'but changes the study that does' 'changes two solvers/sparse/omp.cpp "#include \"solvers/sparse/omp.hpp\"\nint omp() { return 2; }"'
expect 'a new solver changes none' '! changes one solvers/sparse/lista.hpp "int lista();"'
expect 'nor does a loader that is not used' '! changes one datasets/idx.hpp "long idx();"'
expect 'nor the stand-ins for CUDA' '! changes one solvers/device/no_cuda/no_cuda.cpp "#include \"solvers/device/product.hpp\"\nlong absent();"'
expect 'nor another study' '! changes one experiments/two/two.cpp "int more;"'

[ "$failures" -eq 0 ] && echo "the digest follows the code that a study reaches"
