"""Dictionary learning on Fashion-MNIST images to the same objective: this project against scikit-learn and SPAMS, one thread each.

The objective is the mean over the training images of min_z 1/2 ||x - D z||^2 + lambda ||z||_1 with atoms in the unit ball, by
this project's exact coder for every side. A peer learns with its defaults for a number of passes, from the same 520 images as
atoms; then this project learns from them until its objective, looked at with the clock stopped, is as low as the peer's. The
ratio is the peer's seconds over this project's, in the same turn; seconds are CPU seconds, which other processes disturb less.
Called by dictionary_learning.sh, which builds the C++ side and makes the Python environment.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import warnings

from one_thread import OUR_ENVIRONMENT, print_blas, ratio_text, timed

import numpy
import spams
from sklearn.decomposition import MiniBatchDictionaryLearning

BATCH = 256  # scikit-learn's default, taken for all


def scikit_learn(X, D0, lam, passes, turn):
    model = MiniBatchDictionaryLearning(n_components=len(D0), alpha=lam, max_iter=passes, dict_init=D0, random_state=turn)
    return model.fit(X).components_


def spams_online(X, D0, lam, passes, turn):
    iterations = passes * -(-len(X) // BATCH)
    D = spams.trainDL(numpy.asfortranarray(X.T), D=numpy.asfortranarray(D0.T), lambda1=lam, mode=2, batchsize=BATCH,
                      iter=iterations, numThreads=1, verbose=False)
    return numpy.ascontiguousarray(D.T)


PEERS = {"scikit-learn MiniBatchDictionaryLearning": scikit_learn, "SPAMS trainDL": spams_online}


class Run:
    def __init__(self, program, folder, scalar, lam):
        self.program, self.folder, self.scalar, self.lam = program, folder, scalar, lam
        m = int((folder / "shape").read_text().split()[0])
        kind = numpy.float64 if scalar == "double" else numpy.float32
        self.X, self.D0 = (numpy.fromfile(folder / name, dtype="<f8").reshape(-1, m).astype(kind) for name in ("X", "D0"))

    def ask(self, mode, *arguments):
        command = [self.program, mode, self.folder, *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=OUR_ENVIRONMENT).stdout.strip()

    def objective(self, D):
        D.astype("<f8").tofile(self.folder / "D")
        return float(self.ask("objective", "D", self.lam))

    def compare(self, name, learn, passes, rounds):
        ratios = []
        for turn in range(rounds):
            theirs, D = timed(lambda: learn(self.X, self.D0, self.lam, passes, turn))
            target = self.objective(D)
            ours, reached, samples = map(float, self.ask("reach", self.scalar, self.lam, BATCH, target).split())
            ratios.append(theirs / ours)
            print(f"    {theirs:8.2f} s to {target:.6f}; this project {ours:6.2f} s to {reached:.6f} ({samples:.0f} samples); "
                  f"ratio {ratios[-1]:.1f}", flush=True)
        print(f"  {name}, {passes} passes: {ratio_text(ratios)}", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--samples", type=int, default=10000)
    options.add_argument("--passes", type=int, nargs="+", default=[1])
    options.add_argument("--lam", type=float, default=0.03)
    options.add_argument("--scalars", nargs="+", default=["double", "float"])
    options = options.parse_args()
    print_blas()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run([options.program, "prepare", folder, str(options.samples)], check=True, env=OUR_ENVIRONMENT)
        for scalar in options.scalars:
            run = Run(options.program, folder, scalar, options.lam)
            print(f"{options.samples} images, K = 520, lambda = {options.lam}, {scalar}: objective at the start {run.objective(run.D0):.6f}")
            print("  " + run.ask("parts", scalar, options.lam, BATCH).replace("\n", "\n  "), flush=True)
            for passes in options.passes:
                for name, learn in PEERS.items():
                    run.compare(name, learn, passes, options.rounds)


if __name__ == "__main__":
    sys.exit(main())
