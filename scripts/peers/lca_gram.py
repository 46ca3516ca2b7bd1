"""Convolutional LCA: sweeps of this project against the Gram form b - u - G a in PyTorch, as lca-pytorch computes it.

Both sides read the same images and the same dictionary, which this project learns from them, and take turns in one run. First their
states after 200 iterations are compared. Called by lca_gram.sh, which builds the C++ side and makes the Python environment.
"""

import argparse
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
CONFIGURATIONS = {  # name: atoms, kernel, stride
    "A": ("64 atoms of 9x9, stride 2, 32x32x3", 64, 9, 2),
    "B": ("64 atoms of 7x7, stride 1, 32x32x3", 64, 7, 1),
}
KINDS = (("hard", False), ("hard", True), ("soft", False), ("soft", True))  # threshold, signed
ROUNDED = 1e-5  # what float32 may make of states of size 10 in 200 iterations


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


def gram_states(x, D, stride, kind, iterations, tau):
    """The states, CPU seconds and seconds of the clock of the iterations."""
    G = gram_kernel(D, stride)
    b = torch.nn.functional.conv2d(x, D, stride=stride, padding=D.shape[-1] // 2)
    u = torch.zeros_like(b)
    start = time.process_time(), time.perf_counter()
    for _ in range(iterations):
        a = threshold(u, kind)
        u = u + (b - u - torch.nn.functional.conv2d(a, G, padding=G.shape[-1] // 2)) / tau
    return u, time.process_time() - start[0], time.perf_counter() - start[1]


def call(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def our_states(program, folder, scalar, kind, tau, like):
    call(program, "states", folder, scalar, kind[0], int(kind[1]), ITERATIONS, tau, LAMBDA, len(like))
    states = numpy.fromfile(folder / "states", dtype="<f8" if scalar == "double" else "<f4").astype("f8")
    return torch.from_numpy(states).reshape(like.shape)


def check_states(program, folder, x, D, stride, tau):
    """float64 must agree to 1e-10 on all images.

    In float32 a state that comes within rounding of its threshold may cross it an iteration sooner or later than in float64, after
    which the two are different paths, whoever computes them. So each image's path in float32 is followed beside that in
    float64, iteration by iteration. Where the supports stay the same all the way, the states must agree to 1e-4. Where they part,
    all states must have agreed to ROUNDED until then, and some state in float64 must be that near to its threshold. Most images must
    keep their supports.
    """
    D = D.double()
    D /= D.flatten(1).norm(dim=1)[:, None, None, None]  # the Gram form takes the norms to be 1
    for kind in KINDS:
        exact = gram_states(x.double(), D, stride, kind, ITERATIONS, tau)[0]
        active = threshold(exact, kind) != 0
        double, single = (our_states(program, folder, scalar, kind, tau, exact) for scalar in ("double", "float"))
        apart = (double - exact).abs().max().item()
        supports = int(((threshold(double, kind) != 0) != active).sum())
        print(f"  {kind[0]}, {'signed' if kind[1] else 'non-negative'}: {active.sum() / len(x):.0f} active an image; from PyTorch's float64 "
              f"states: double {apart:.1e}, {supports} supports differ", flush=True)
        rows = [line.split() for line in call(program, "splits", folder, kind[0], int(kind[1]), ITERATIONS, tau, LAMBDA,
                                              len(x)).splitlines()]
        whole = [i for i, row in enumerate(rows) if row[0] == "0"]
        good = apart <= 1e-10 and supports == 0 and 2 * len(whole) >= len(x)
        far = (single - exact).abs().flatten(1).max(dim=1).values
        differ = ((threshold(single, kind) != 0) != active).flatten(1).sum(dim=1)
        if whole:
            print(f"    float: {len(whole)} of {len(x)} images keep float64's supports at all {ITERATIONS} iterations: states to "
                  f"{far[whole].max():.1e}, {int(differ[whole].sum())} supports differ at the end (nearest to a threshold: "
                  f"{min(float(rows[i][3]) for i in whole):.1e})")
            good &= far[whole].max().item() <= 1e-4 and int(differ[whole].sum()) == 0
        for i, (split, distance, before, _) in enumerate(rows):
            if split == "0":
                continue
            print(f"    float: image {i} parts at iteration {split}, by a state {float(distance):.1e} from its threshold in float64 (until then "
                  f"all states to {float(before):.1e}); at the end states to {far[i]:.1e}, {int(differ[i])} supports differ")
            good &= float(distance) <= ROUNDED and float(before) <= ROUNDED
        if not good:
            sys.exit("the states do not agree; the timing would mean nothing")


def spread(ratios):
    return f"{statistics.median(ratios):.1f} (from {min(ratios):.1f} to {max(ratios):.1f} over {len(ratios)} rounds)"


def time_sweeps(program, folder, x, D, stride, tau, rounds):
    """Seconds per image and iteration, by the CPU's clock and the one on the wall, both sides in turns with one thread and two."""
    ours, theirs, peaks = {}, {}, []
    for turn in range(rounds + 1):
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found = {member: [float(value) for value in call(program, "time", folder, ITERATIONS, tau, LAMBDA, member, threads).split()]
                     for member in ("plain", "lazy")}
            gram = {}
            for batch in (1, 8, IMAGES):
                times = gram_states(x[:batch], D, stride, ("hard", False), 4, tau)[1:]
                gram[batch] = [seconds / 4 / batch for seconds in times]
            if turn == 0:  # the first round warms up
                continue
            for member, seconds in found.items():
                ours.setdefault((threads, member), []).append(seconds)
            for batch, seconds in gram.items():
                theirs.setdefault((threads, batch), []).append(seconds)
        peak, work, shared, traffic = map(float, call(program, "roofline", folder).split())
        if turn > 0:
            peaks.append(peak)
    sweep = [seconds[0] for seconds in ours[1, "plain"]]
    print(f"  roofline of a sweep: {work * 1e-6:.2f} MFLOP counted directly, {work * shared * 1e-6:.2f} MFLOP with shared products, over "
          f"{traffic * 1e-3:.0f} kB in the second-level cache ({work * shared / traffic:.0f} FLOP a byte). Peak of fused multiply-adds "
          f"{statistics.median(peaks) * 1e-9:.0f} GFLOP/s in the same rounds; the whole sweep is at "
          f"{statistics.median(work / a / p for a, p in zip(sweep, peaks)) * 100:.0f} % of it counted directly, "
          f"{statistics.median(work * shared / a / p for a, p in zip(sweep, peaks)) * 100:.0f} % by what it computes")
    for threads in (1, 2):
        for member in ("plain", "lazy"):
            mine = ours[threads, member]
            clocks = ("CPU time", 0), ("clock", 1)
            print(f"  {threads} thread(s), {member} sweeps: {statistics.median(s[0] for s in mine) * 1e6:.1f} us of CPU time per image and "
                  f"iteration, mean of the first {ITERATIONS} from a cold start")
            for batch in (1, 8, IMAGES):
                gram = theirs[threads, batch]
                print(f"    PyTorch Gram form, batch of {batch:2d}: {statistics.median(s[0] for s in gram) * 1e6:.0f} us; ratio by " +
                      "; by ".join(f"{name} {spread([b[c] / a[c] for a, b in zip(mine, gram)])}" for name, c in clocks), flush=True)


def race(program, folder, x, D, stride, tau):
    """CPU time to 1 % above the energy of a cold LCA of 60 tau iterations; the Gram form runs as many iterations as plain LCA needs."""
    torch.set_num_threads(1)
    found = {}
    for member in ("plain", "lazy", "adaptive"):
        found[member] = [float(value) for value in
                         call(program, "reach", folder, tau, LAMBDA, int(60 * tau), len(x), member, 0.01).split()]
    reference, energy, iterations, _, active = found["plain"]
    states, seconds, _ = gram_states(x, D, stride, ("hard", False), int(iterations), tau)
    a = threshold(states, ("hard", False)).double()
    k = D.shape[-1]
    pad = k // 2
    canvas = torch.nn.functional.conv_transpose2d(a, D.double(), stride=stride)
    target = torch.nn.functional.pad(x.double(), (pad, canvas.shape[-1] - pad - 32) * 2)
    theirs = ((target - canvas).square().sum() / 2 + LAMBDA**2 / 2 * (a != 0).sum()).item() / len(x)
    print(f"  to 1 % above the energy of {int(60 * tau)} iterations ({reference:.3f}, mean of {len(x)} images): PyTorch's Gram form "
          f"{int(iterations)} iterations to {theirs:.3f} ({active:.0f} active an image), {seconds:.1f} s of CPU time")
    for member, (_, energy, iterations, mine, _) in found.items():
        print(f"    {member} sweeps: {int(iterations)} iterations to {energy:.3f}, {mine:.3f} s; ratio {seconds / mine:.1f}", flush=True)


def compare(program, configuration, images, options):
    name, M, k, s = CONFIGURATIONS[configuration]
    with tempfile.TemporaryDirectory() as scratch, torch.no_grad():
        folder = pathlib.Path(scratch)
        images.astype("<f4").tofile(folder / "images")
        print(f"{configuration}: {name}", flush=True)
        eigenvalue = float(call(program, "prepare", folder, M, k, s, len(images), 100, LAMBDA))
        tau = max(100.0, 0.55 * eigenvalue)  # every support is stable above 0.5
        print(f"  learned a dictionary: largest eigenvalue {eigenvalue:.0f}, tau = {tau:.0f}", flush=True)
        D = torch.from_numpy(numpy.fromfile(folder / "atoms", dtype="<f4")).reshape(M, 3, k, k)
        x = torch.from_numpy(images[:IMAGES].astype("f4"))
        if "states" in options.parts:
            torch.set_num_threads(2)
            check_states(program, folder, x[:options.compared], D, s, tau)
        if "time" in options.parts:
            time_sweeps(program, folder, x, D, s, tau, options.rounds)
        if "race" in options.parts:
            race(program, folder, x[:options.racing], D, s, tau)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("images", nargs="?", help="CIFAR-10 binary records, also .xz; none: smoothed noise")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--compared", type=int, default=IMAGES, help="images whose states are compared")
    parser.add_argument("--racing", type=int, default=4, help="images of the race to the reference energy")
    parser.add_argument("--configurations", nargs="+", choices=list(CONFIGURATIONS), default=list(CONFIGURATIONS))
    parser.add_argument("--parts", nargs="+", choices=["states", "time", "race"], default=["states", "time", "race"])
    options = parser.parse_args()
    images = read_images(options.images, LEARNED_FROM)
    print(f"PyTorch {torch.__version__}, float32 where timed; {'CIFAR-10' if options.images else 'smoothed noise'}, lambda = {LAMBDA}")
    for configuration in options.configurations:
        compare(options.program, configuration, images, options)
