"""Convolutional LCA: sweeps of this project against the Gram form b - u - G a in PyTorch, as lca-pytorch computes it.

Both sides read the same images and the same dictionary, which this project learns from them, use one thread and take
turns in one run. First their states after 200 iterations are compared. Called by lca_gram.sh, which builds the C++ side and makes the Python environment.
"""

import lzma
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch

LAMBDA, ITERATIONS, IMAGES, LEARNED_FROM = 1.0, 200, 32, 400
CONFIGURATIONS = {  # name: atoms, kernel, stride, images whose states are compared
    "A: 64 atoms of 9x9, stride 2, 32x32x3": (64, 9, 2, 32),
    "B: 64 atoms of 7x7, stride 1, 32x32x3": (64, 7, 1, 4),  # nine times the work in the Gram form
}


def read_images(file, count):
    """Standardised per image, count x 3 x 32 x 32."""
    if file:
        data = (lzma.open if file.endswith(".xz") else open)(file, "rb").read(3073 * count)
        images = numpy.frombuffer(data, numpy.uint8).reshape(-1, 3073)[:, 1:].reshape(-1, 3, 32, 32).astype("f4")
    else:
        noise = torch.randn(count, 3, 40, 40, generator=torch.Generator().manual_seed(1))
        kernel = torch.ones(1, 1, 3, 3).expand(3, 1, 3, 3) / 9
        for _ in range(4):
            noise = torch.nn.functional.conv2d(noise, kernel, groups=3)
        images = noise.numpy()
    axes = (1, 2, 3)
    return (images - images.mean(axes, keepdims=True)) / images.std(axes, keepdims=True)


def gram_kernel(D, stride):
    k = D.shape[-1]
    padding = (k - 1) // stride * stride
    G = torch.nn.functional.conv2d(D, D, stride=stride, padding=padding)
    centre = G.shape[-1] // 2
    G[range(len(D)), range(len(D)), centre, centre] = 0
    return G


def threshold(u, kind):
    name, signed = kind
    size = u.abs() if signed else u
    if name == "hard":
        return u * (size > LAMBDA)
    return torch.sign(u) * torch.relu(size - LAMBDA)


def gram_states(x, D, stride, kind, iterations, tau, seconds=None):
    G = gram_kernel(D, stride)
    b = torch.nn.functional.conv2d(x, D, stride=stride, padding=D.shape[-1] // 2)
    u = torch.zeros_like(b)
    start = time.perf_counter()
    for _ in range(iterations):
        a = threshold(u, kind)
        u = u + (b - u - torch.nn.functional.conv2d(a, G, padding=G.shape[-1] // 2)) / tau
    if seconds is not None:
        seconds.append((time.perf_counter() - start) / iterations / len(x))
    return u


def call(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def check_states(program, folder, x, D, stride, tau):
    """float64 must agree to 1e-10. In float32 a unit may cross a hard threshold an iteration sooner or later, on either side:
    there ours must be no further from float64 than three times PyTorch's own, or 1e-4."""
    for kind in (("hard", False), ("hard", True), ("soft", False), ("soft", True)):
        theirs = {}
        for dtype in (torch.float64, torch.float32):
            atoms = D.to(dtype)
            atoms /= atoms.flatten(1).norm(dim=1)[:, None, None, None]  # the Gram form takes the norms to be 1
            theirs[dtype] = gram_states(x.to(dtype), atoms, stride, kind, ITERATIONS, tau)
        exact = theirs[torch.float64]
        active = threshold(exact, kind) != 0
        apart, supports = {}, {}
        for name, scalar in (("double", "<f8"), ("float", "<f4")):
            call(program, "states", folder, name, kind[0], int(kind[1]), ITERATIONS, tau, LAMBDA)
            ours = torch.from_numpy(numpy.fromfile(folder / "states", dtype=scalar).astype("f8"))
            ours = ours.reshape(-1, *exact.shape[1:])[:len(x)]
            apart[name] = (ours - exact).abs().max().item()
            supports[name] = int(((threshold(ours, kind) != 0) != active).sum())
        narrow = (theirs[torch.float32].double() - exact).abs().max().item()
        print(f"  {kind[0]} {'signed' if kind[1] else 'non-negative':12s} {active.sum() / len(x):.0f} active an image; from PyTorch's "
              f"float64 states: double {apart['double']:.1e} ({supports['double']} supports), float {apart['float']:.1e} "
              f"({supports['float']}), PyTorch's float32 {narrow:.1e}", flush=True)
        if apart["double"] > 1e-10 or supports["double"] or apart["float"] > max(1e-4, 3 * narrow):
            sys.exit("the states do not agree; the timing would mean nothing")


def compare(program, name, shape, images, rounds):
    with tempfile.TemporaryDirectory() as scratch, torch.no_grad():
        folder = pathlib.Path(scratch)
        images.astype("<f4").tofile(folder / "images")
        M, k, s, checked = shape
        print(name, flush=True)
        eigenvalue = float(call(program, "prepare", folder, M, k, s, len(images), 100, LAMBDA))
        tau = max(100.0, 0.55 * eigenvalue)  # every support is stable above 0.5
        print(f"  learned a dictionary: largest eigenvalue {eigenvalue:.0f}, tau = {tau:.0f}")
        D = torch.from_numpy(numpy.fromfile(folder / "atoms", dtype="<f4")).reshape(M, 3, k, k)
        x = torch.from_numpy(images[:IMAGES].astype("f4"))
        check_states(program, folder, x[:checked], D, s, tau)
        ours, theirs, peaks = [], {1: [], 8: [], IMAGES: []}, []
        for turn in range(rounds + 1):
            found = call(program, "time", folder, ITERATIONS, tau, LAMBDA).split()
            seconds = {batch: [] for batch in theirs}
            for batch in theirs:
                gram_states(x[:batch], D, s, ("hard", False), 4, tau, seconds[batch])
            if turn == 0:  # the first round warms up
                continue
            ours.append(float(found[0]))
            peaks.append(float(found[1]))
            for batch in theirs:
                theirs[batch].append(seconds[batch][0])
        work = float(found[2])
        print(f"  this project: {statistics.median(ours) * 1e6:.1f} us per image and iteration; peak of fused multiply-adds "
              f"{statistics.median(peaks) * 1e-9:.0f} GFLOP/s in the same rounds. The correlation alone, counted directly, is "
              f"{statistics.median(work / a / p for a, p in zip(ours, peaks)) * 100:.0f} % of the peak, with shared products "
              f"{statistics.median(work * float(found[3]) / a / p for a, p in zip(ours, peaks)) * 100:.0f} %")
        for batch, seconds in theirs.items():
            ratios = [b / a for a, b in zip(ours, seconds)]
            print(f"  PyTorch Gram form, batch of {batch:2d}: {statistics.median(seconds) * 1e6:.0f} us; ratio "
                  f"{statistics.median(ratios):.1f} (from {min(ratios):.1f} to {max(ratios):.1f} over {len(ratios)} rounds)")


if __name__ == "__main__":
    torch.set_num_threads(1)
    images = read_images(sys.argv[2], LEARNED_FROM)
    print(f"PyTorch {torch.__version__}, one thread on each side, float32 where timed; "
          f"{'CIFAR-10' if sys.argv[2] else 'smoothed noise'}, lambda = {LAMBDA}")
    for name, shape in CONFIGURATIONS.items():
        compare(sys.argv[1], name, shape, images, rounds=int(sys.argv[3]))
