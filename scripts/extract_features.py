#!/usr/bin/env python3
"""Features of a frozen network for the images of CIFAR-10, CIFAR-100 or Tiny ImageNet, as two HDF5 files.

  python3 -m venv build/torch && build/torch/bin/pip install torch torchvision timm h5py
  build/torch/bin/python scripts/extract_features.py cifar10 vit_b_16 --out FOLDER

BACKBONE is vit_b_16 or resnet50 (torchvision), or any model name of timm. The network's own preprocessing for inference is
used; a feature vector is what its classifier would get: 768 numbers of vit_b_16, 2048 of resnet50.

Images are read from --data, or where `assay data get` puts them or ASSAY_DATA_MIRROR has them. The folder holds
  cifar10, cifar100   binary records (data_batch_1.bin, ..., test.bin; .xz as well), or torchvision's cifar-10-batches-py
                      or cifar-100-python
  tinyimagenet        train/<class>/images/*.JPEG and val/val_annotations.txt, as in tiny-imagenet-200.zip

Each file holds `features` (N x d, float32, a sample a row), `labels` (N, from 0) and, as attributes, what made them. The
last line that is printed is the command that makes them a data set which specs can name.
"""

import argparse
import lzma
import os
import pathlib
import platform
import re
import sys

import h5py
import numpy
import torch
import torchvision
from PIL import Image

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
CLASSES = {"cifar10": 10, "cifar100": 100, "tinyimagenet": 200}
# Names of the binary files of each part, alternatives in a row: those of the makers, then those of datasets/.
RECORDS = {
    "cifar10": {
        "train": [[f"data_batch_{i}.bin"] for i in range(1, 6)],
        "test": [["test_batch.bin", "test_exact_9827.bin"]],
    },
    "cifar100": {"train": [["train.bin", "train_4000.bin"]], "test": [["test.bin", "test_1000.bin"]]},
}
PIXELS = 3 * 32 * 32


class Images(torch.utils.data.Dataset):
    """Images, given as arrays or paths, after the network's preprocessing, with their labels."""

    def __init__(self, images, labels, transform):
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        image = self.images[i]
        image = Image.open(image) if isinstance(image, pathlib.Path) else Image.fromarray(image)
        return self.transform(image.convert("RGB")), int(self.labels[i])


def find(folder, names):
    """The first of the files, plain or as .xz, or None."""
    paths = [folder / (name + suffix) for name in names for suffix in ("", ".xz")]
    return next((path for path in paths if path.is_file()), None)


def read_records(files, label_bytes):
    """CIFAR's binary records: label bytes, the last of which counts, and three planes of 32 x 32."""
    contents = [(lzma.open if path.suffix == ".xz" else open)(path, "rb").read() for path in files]
    for path, content in zip(files, contents):
        if not content or len(content) % (label_bytes + PIXELS):
            sys.exit(f"{path}: {len(content)} bytes are no whole number of records of {label_bytes + PIXELS}")
    records = numpy.frombuffer(b"".join(contents), numpy.uint8).reshape(-1, label_bytes + PIXELS)
    planes = records[:, label_bytes:].reshape(-1, 3, 32, 32)
    return planes.transpose(0, 2, 3, 1).copy(), records[:, label_bytes - 1]


def cifar(dataset, folder, part):
    files = [find(folder, names) for names in RECORDS[dataset][part]]
    if all(files):
        return read_records(files, 1 if dataset == "cifar10" else 2)
    kind = torchvision.datasets.CIFAR10 if dataset == "cifar10" else torchvision.datasets.CIFAR100
    try:
        pickled = kind(folder, train=part == "train", download=False)
    except RuntimeError:
        sys.exit(f"{folder}: holds neither binary records nor torchvision's folder of {dataset}")
    return pickled.data, numpy.array(pickled.targets)


def tinyimagenet(folder, part):
    train, annotations = folder / "train", folder / "val" / "val_annotations.txt"
    if not train.is_dir() or not annotations.is_file():
        sys.exit(f"{folder}: expected train/<class>/images/ and val/val_annotations.txt, as in tiny-imagenet-200.zip")
    names = sorted(path.name for path in train.iterdir() if path.is_dir())
    if part == "train":
        found = [(path, names.index(name)) for name in names for path in sorted((train / name / "images").iterdir())]
    else:
        rows = [line.split("\t") for line in annotations.read_text().splitlines()]
        found = [(folder / "val" / "images" / row[0], names.index(row[1])) for row in rows]
    return [path for path, _ in found], numpy.array([label for _, label in found])


def default_folder(dataset):
    cache = pathlib.Path(os.environ.get("ASSAY_DATA") or CHECKOUT / "datasets" / "cache") / dataset
    mirror = os.environ.get("ASSAY_DATA_MIRROR")
    places = [cache] + ([pathlib.Path(mirror) / dataset] if mirror else [])
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        sys.exit(f"{dataset} is in none of {', '.join(map(str, places))}; name its folder with --data")
    return folder


def load_backbone(name, weights, random):
    """The network without its classifier, its preprocessing, and what its weights are."""
    if name in ("vit_b_16", "resnet50"):
        kinds = torchvision.models.get_model_weights(name)
        chosen = kinds[weights] if weights else kinds.DEFAULT
        model = torchvision.models.get_model(name, weights=None if random else chosen)
        setattr(model, "heads" if name == "vit_b_16" else "fc", torch.nn.Identity())
        return model, chosen.transforms(), "random" if random else f"torchvision {chosen}"
    import timm  # only those who want one of its models need it

    model = timm.create_model(name + (f".{weights}" if weights else ""), pretrained=not random, num_classes=0)
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model), is_training=False)
    return model, transform, "random" if random else f"timm {name}.{model.pretrained_cfg['tag']}"


def versions():
    modules = {name: sys.modules[name] for name in ("torch", "torchvision", "timm", "h5py", "numpy") if name in sys.modules}
    return ", ".join([f"python {platform.python_version()}"] + [f"{name} {m.__version__}" for name, m in modules.items()])


@torch.inference_mode()
def write(path, model, images, classes, facts, options):
    """Writes a feature file beside its place and then names it, so that a broken call leaves none."""
    loader = torch.utils.data.DataLoader(images, options.batch, num_workers=options.workers)
    part = path.with_suffix(".part")
    with h5py.File(part, "w") as file:
        labels = file.create_dataset("labels", data=numpy.asarray(images.labels, numpy.int32))
        labels.attrs["classes"] = classes
        done = 0
        for batch, _ in loader:
            values = model(batch.to(options.device)).float().cpu().numpy()
            if done == 0:
                features = file.create_dataset("features", (len(images), values.shape[1]), numpy.float32)
                features.attrs["samples_axis"] = 0
            features[done : done + len(values)] = values
            done += len(values)
            print(f"\r{path.name}: {done} of {len(images)}", end="", file=sys.stderr, flush=True)
        file.attrs.update(facts)
    print(file=sys.stderr)
    part.replace(path)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", choices=CLASSES)
    parser.add_argument("backbone")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the two files")
    parser.add_argument("--data", type=pathlib.Path, help="folder of the images")
    parser.add_argument("--weights", help="a name of the library's, for example IMAGENET1K_V1; default: its default")
    parser.add_argument("--random-weights", action="store_true", help="no download; seed 0; for a test of the way")
    parser.add_argument("--limit", type=int, help="so many images of each part only")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--workers", type=int, default=0, help="processes that read images")
    return parser.parse_args()


def main():
    options = parse()
    torch.manual_seed(0)
    folder = options.data or default_folder(options.dataset)
    try:
        model, transform, weights = load_backbone(options.backbone, options.weights, options.random_weights)
    except (ImportError, KeyError, OSError, RuntimeError) as error:  # no timm, no such name, no network
        sys.exit(f"{options.backbone}: the network cannot be loaded: {error!r}")
    model.eval().to(options.device)
    options.out.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"\W+", "_", f"{options.dataset}_{options.backbone}")
    paths = []
    for part in ("train", "test"):
        read = tinyimagenet if options.dataset == "tinyimagenet" else lambda *a: cifar(options.dataset, *a)
        images, labels = read(folder, part)
        images, labels = images[: options.limit], labels[: options.limit]
        facts = {
            "dataset": options.dataset, "part": part, "backbone": options.backbone, "weights": weights,
            "preprocessing": " ".join(str(transform).split()), "versions": versions(), "device": options.device,
        }
        paths.append(options.out / f"{stem}_{part}.h5")
        write(paths[-1], model, Images(images, labels, transform), CLASSES[options.dataset], facts, options)
    print(f"build/assay data add {stem} {paths[0]} {paths[1]}")


if __name__ == "__main__":
    main()
