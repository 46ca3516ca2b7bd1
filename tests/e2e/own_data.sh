#!/bin/bash
# Feature files of the user's own: described, named by a spec, part of the run's identity, and asked for when they change.
. "$(dirname "$0")/common.sh"
export ASSAY_DATA="$work/data"
unset ASSAY_DATA_MIRROR

# feature_file FILE FIRST: four samples of three features that count up from FIRST, in two classes.
feature_file() {
    rm -f "$1"
    seq "$2" $(($2 + 11)) >values
    printf '0\n1\n0\n1\n' >classes
    printf 'PATH features\nINPUT-CLASS TEXTFP\nRANK 2\nDIMENSION-SIZES 4 3\nOUTPUT-CLASS FP\nOUTPUT-SIZE 32\n' >values.conf
    printf 'PATH labels\nINPUT-CLASS TEXTIN\nRANK 1\nDIMENSION-SIZES 4\nOUTPUT-CLASS IN\nOUTPUT-SIZE 32\n' >classes.conf
    h5import values -c values.conf classes -c classes.conf -o "$1" >/dev/null || fail "h5import made no $1"
}
run_ids() { find results/runs -name '*.h5' -printf '%f\n' | sort; }

spec mine.toml probe.data 1
expect 2 "$probe" run mine.toml
says "there is no data set 'mine'"
says "assay data add"

expect 2 "$probe" data add mine train.h5
says "train.h5: cannot be opened"
feature_file train.h5 1
feature_file test.h5 5
expect 0 "$probe" data add mine train.h5 test.h5
says "mine: 4 training and 4 test samples of 3 features, 2 classes"
expect 0 "$probe" data list
grep -q '^mine *available' out || fail "the list does not show it"
expect 2 "$probe" data add mnist train.h5
says "'mnist' is a data set of the project"

expect 0 "$probe" data needed mine.toml
says "mine available"
expect 0 "$probe" run mine.toml
says "1 completed"
first=$(run_ids)
h5dump "$(find results/runs -name "$first")" >dumped
grep -q '(0): 78$' dumped || fail "the sum of 1 to 12 is not 78"
grep -q "$(sha256sum <train.h5 | cut -c1-64)" dumped || fail "the result does not hold the digest of train.h5"
grep -q "$work/train.h5" dumped || fail "the result does not hold the place of train.h5"
expect 0 "$probe" run mine.toml
says "1 stored before"

# Other values in the same place: nothing is computed from them until they are described.
feature_file train.h5 100
expect 0 "$probe" run mine.toml
says "1 stored before"
expect 0 "$probe" plan mine.toml --seeds 2
says "1 wait for data"
expect 1 "$probe" data get mine
says "train.h5: has the SHA-256"
says "describe the files as they are now: assay data add mine"
expect 0 "$probe" data add mine train.h5 test.h5
expect 0 "$probe" run mine.toml
says "1 completed"
[ "$(run_ids | wc -l)" -eq 2 ] || fail "another file is not another run"
expect 0 "$probe" explain "$(echo "$first" | cut -c1-12)"
says 'data.mine/train.h5'

rm test.h5
expect 0 "$probe" data needed mine.toml
says "mine missing"
expect 0 "$probe" plan mine.toml --seeds 2
says "1 wait for data"
expect 1 "$probe" data get mine
says "test.h5: not there"
echo "own data are data like any other"
