"""Convolutional sparse coding with the l1 penalty at stride 1: this project against SPORCO's ConvBPDN.

Both sides have the same images, the same dictionary, which this project learns from them, one thread and float32, and take turns in
one run. What belongs to the dictionary is off the clock on both sides: its largest eigenvalue here, its transform there. SPORCO's borders are circular: its images are the padded canvases, and its option NoBndryCross keeps atoms from crossing
their borders, so that the two solve the same problem; energies are compared in float64. Called by convolutional_l1.sh, which builds
the C++ side and makes the Python environment.
"""

import argparse
import lzma
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"

import numpy
import sporco
import sporco.fft
from sporco.admm import cbpdn

sporco.fft.pyfftw_threads = 1
ATOMS, KERNEL, LEARNED_FROM = 64, 7, 400
MEMBERS = ("fista", "lazy", "momentum", "settling")


def read_images(file, count):
    """Standardised per image, count x 3 x 32 x 32."""
    if file:
        data = (lzma.open if file.endswith(".xz") else open)(file, "rb").read(3073 * count)
        images = numpy.frombuffer(data, numpy.uint8).reshape(-1, 3073)[:, 1:].reshape(-1, 3, 32, 32).astype("f4")
    else:  # noise, smoothed
        images = numpy.random.default_rng(1).standard_normal((count, 3, 40, 40))
        for axis in (2, 3):
            for _ in range(8):
                images = (images + numpy.roll(images, 1, axis)) / 2
        images = images[:, :, :32, :32]
    axes = (1, 2, 3)
    return (images - images.mean(axes, keepdims=True)) / images.std(axes, keepdims=True)


def call(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Peer:
    """ConvBPDN on canvases, some iterations at a time."""

    def __init__(self, program, folder, images, lam):
        self.program, self.folder, self.count, self.lam = program, folder, len(images), lam
        pad = KERNEL // 2
        canvases = numpy.pad(images, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        self.D = numpy.fromfile(folder / "atoms", "<f4").reshape(ATOMS, 3, KERNEL, KERNEL).transpose(2, 3, 1, 0)
        self.S = canvases.transpose(2, 3, 1, 0).astype("f4")  # height x width x channel x image
        self.options = cbpdn.ConvBPDN.Options({"Verbose": False, "MaxMainIter": 1, "RelStopTol": 0.0, "FastSolve": True,
                                               "NoBndryCross": True})

    def codes(self, solver):
        side = self.S.shape[0] - KERNEL + 1
        return numpy.squeeze(solver.var_y(), 2)[:side, :side].transpose(2, 3, 0, 1).astype("<f8")

    def energy(self, solver):
        self.codes(solver).tofile(self.folder / "codes")
        return float(call(self.program, "energy", self.folder, self.lam, self.count))

    def run(self, iterations, energy=-1.0, every=1):
        """The course, of which only the iterations are on the clock: (iterations, CPU seconds, energy); energies by this project."""
        solver = cbpdn.ConvBPDN(self.D, self.S, self.lam, self.options, dimK=1)
        solver.opt["MaxMainIter"] = every
        seconds = 0.0
        course = []
        for done in range(every, iterations + 1, every):
            start = time.process_time()
            solver.solve()
            seconds += time.process_time() - start
            course.append((done, seconds, self.energy(solver)))
            if course[-1][2] <= energy:
                break
        return course


def our_course(program, folder, lam, count, member, iterations, eigenvalue, energy):
    text = call(program, "solve", folder, lam, count, member, iterations, eigenvalue, energy)
    return [tuple(float(value) for value in line.split()) for line in text.splitlines()]


def reached(course, energy):
    return next(((done, seconds) for done, seconds, found in course if found <= energy), None)


def compare(program, folder, images, lam, eigenvalue, rounds):
    peer = Peer(program, folder, images, lam)
    best, violation, active = map(float, call(program, "optimum", folder, lam, len(images), 4000).split())
    theirs = peer.run(600, every=600)[-1][2]
    print(f"lambda = {lam}: {active:.0f} of {ATOMS * 32 * 32} codes active; mean energy of {len(images)} images {best:.6f} (FISTA in float64, "
          f"conditions of the minimum to {violation:.0e} lambda), ConvBPDN after 600 iterations {theirs:.6f}: relative difference "
          f"{abs(theirs - best) / best:.1e}", flush=True)
    if abs(theirs - best) > 1e-3 * best:
        sys.exit("the energies do not agree; the timing would mean nothing")
    for share in (1e-2, 1e-3):
        target = best * (1 + share)
        ratios = {member: [] for member in MEMBERS}
        for turn in range(rounds + 1):
            done, seconds = reached(peer.run(600, target, every=5), target)
            for member in MEMBERS:
                course = our_course(program, folder, lam, len(images), member, 3000, eigenvalue, target)
                mine = reached(course, target)
                if turn > 0:  # the first round warms up
                    ratios[member].append((mine, seconds))
        print(f"  to {share:.0e} above it: ConvBPDN {done} iterations, {seconds / len(images) * 1e3:.1f} ms an image", flush=True)
        for member, pairs in ratios.items():
            if any(mine is None for mine, _ in pairs):
                print(f"    {member}: not in 3000 iterations")
                continue
            ratio = [theirs / mine[1] for mine, theirs in pairs]
            print(f"    {member}: {pairs[-1][0][0]:.0f} iterations, {pairs[-1][0][1] / len(images) * 1e3:.1f} ms an image; ratio "
                  f"{statistics.median(ratio):.1f} (from {min(ratio):.1f} to {max(ratio):.1f} over {len(ratio)} rounds)", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("images", nargs="?", help="CIFAR-10 binary records, also .xz; none: smoothed noise")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=8, help="images that are coded")
    parser.add_argument("--lam", type=float, nargs="+", default=[0.5, 1.0])
    options = parser.parse_args()
    images = read_images(options.images, LEARNED_FROM)
    print(f"SPORCO {sporco.__version__}, one thread and float32 on each side; {'CIFAR-10' if options.images else 'smoothed noise'}, "
          f"{ATOMS} atoms of {KERNEL}x{KERNEL}x3, stride 1, batches of {options.count}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        images.astype("<f4").tofile(folder / "images")
        eigenvalue = float(call(options.program, "prepare", folder, ATOMS, KERNEL, len(images)))
        for lam in options.lam:
            compare(options.program, folder, images[:options.count], lam, eigenvalue, options.rounds)
