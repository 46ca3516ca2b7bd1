#!/bin/bash
# Checks scripts/extract_features.py with random weights on made-up CIFAR records: what it writes is what this project
# reads. Needs a Python that has torch, torchvision and h5py; ASSAY_TORCH_PYTHON names it.
# usage: extract_features.sh SOURCE_FOLDER ASSAY
# shellcheck disable=SC2016,SC2317  # the conditions are evaluated by `expect`
set -u
python=${ASSAY_TORCH_PYTHON:-}
if [ -z "$python" ]; then
    echo "SKIPPED: ASSAY_TORCH_PYTHON names no Python with torch, torchvision and h5py"
    exit 0
fi
script="$1/scripts/extract_features.py"
assay=$2
. "$1/tests/script_checks.sh"
: >"$box/calls"
export ASSAY_DATA="$box/data"

# records FILE BYTES LABEL...: for each label a record of one colour, in which it is the last of the label bytes.
records() {
    "$python" - "$@" <<'E2'
import sys
path, count, labels = sys.argv[1], int(sys.argv[2]), [int(word) for word in sys.argv[3:]]
with open(path, "wb") as file:
    for label in labels:
        file.write(bytes([0] * (count - 1) + [label]) + bytes((20 * label + plane) % 256 for plane in (0, 9, 99) for _ in range(1024)))
E2
}
call() { "$python" "$script" "$@" --random-weights --out "$box/out.d" >"$box/out" 2>&1; code=$?; }
labels() { h5dump -d labels -y -w 0 "$1" | grep -A 1 -m 1 'DATA {' | tail -n 1 | tr -d , | xargs; }

mkdir "$box/ten" "$box/hundred"
for batch in 1 2 3 4 5; do records "$box/ten/data_batch_$batch.bin" 1 "$batch" 9; done
records "$box/ten/test_batch.bin" 1 0 3 7
"$python" -c 'import lzma, sys; lzma.open(sys.argv[1] + ".xz", "w").write(open(sys.argv[1], "rb").read())' "$box/ten/data_batch_2.bin"
rm "$box/ten/data_batch_2.bin"
records "$box/hundred/train.bin" 2 99 1
records "$box/hundred/test.bin" 2 42

call cifar10 resnet50 --data "$box/ten"
expect 'the batches are read in order' \
    '[ $code = 0 ] && [ "$(labels $box/out.d/cifar10_resnet50_train.h5)" = "1 9 2 9 3 9 4 9 5 9" ] &&
     [ "$(labels $box/out.d/cifar10_resnet50_test.h5)" = "0 3 7" ]'
h5dump -A "$box/out.d/cifar10_resnet50_train.h5" >"$box/out"
expect 'the file says what made it' 'says resnet50 && says random && says ImageClassification && says "torch [0-9]"'
mv "$box/out.d" "$box/before"
call cifar10 resnet50 --data "$box/ten"
expect 'a second call gives the same features' \
    'h5diff $box/before/cifar10_resnet50_train.h5 $box/out.d/cifar10_resnet50_train.h5'
"$assay" data add mine "$box/out.d/cifar10_resnet50_train.h5" "$box/out.d/cifar10_resnet50_test.h5" >"$box/out" 2>&1
code=$?
expect 'assay reads it' '[ $code = 0 ] && says "10 training and 3 test samples of 2048 features, 10 classes"'

call cifar100 vit_b_16 --data "$box/hundred"
expect 'the fine label of CIFAR-100 counts' '[ $code = 0 ] && [ "$(labels $box/out.d/cifar100_vit_b_16_train.h5)" = "99 1" ]'
"$assay" data add more "$box/out.d/cifar100_vit_b_16_train.h5" >"$box/out" 2>&1
code=$?
expect 'and assay knows all classes' '[ $code = 0 ] && says "2 training and 0 test samples of 768 features, 100 classes"'

# Tiny ImageNet, with two classes.
for name in n02 n01; do
    mkdir -p "$box/tiny/train/$name/images" "$box/tiny/val/images"
    for image in train/$name/images/a val/images/$name; do
        "$python" -c 'import sys; from PIL import Image; Image.new("L", (64, 64), 99).save(sys.argv[1])' "$box/tiny/$image.JPEG"
    done
    printf '%s.JPEG\t%s\t0\t0\t9\t9\n' $name $name >>"$box/tiny/val/val_annotations.txt"
done
call tinyimagenet resnet50 --data "$box/tiny"
expect 'classes are numbered by name' \
    '[ $code = 0 ] && [ "$(labels $box/out.d/tinyimagenet_resnet50_train.h5)" = "0 1" ] &&
     [ "$(labels $box/out.d/tinyimagenet_resnet50_test.h5)" = "1 0" ]'

if "$python" -c 'import timm' 2>/dev/null; then
    call cifar10 resnet10t --data "$box/ten" --limit 2
    expect 'a name of timm, and a limit' '[ $code = 0 ] && [ "$(labels $box/out.d/cifar10_resnet10t_train.h5)" = "1 9" ]'
fi

call cifar10 resnet50 --data "$box/ten" --weights NONE
expect 'unknown weights are refused' '[ $code = 1 ] && says "resnet50: the network cannot be loaded: .*NONE"'
call cifar10 resnet50 --data "$box/hundred"
expect 'a folder without the images is refused' '[ $code = 1 ] && says "holds neither binary records nor"'
head -c 100 "$box/ten/test_batch.bin" >"$box/short" && mv "$box/short" "$box/ten/test_batch.bin"
call cifar10 resnet50 --data "$box/ten"
expect 'a cut-off file is refused' '[ $code = 1 ] && says "test_batch.bin: 100 bytes are no whole number of records"'

[ "$failures" -eq 0 ] && echo "extract_features.py does as it says"
exit "$failures"
