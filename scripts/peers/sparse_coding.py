"""Sparse coding of Fashion-MNIST test images: this project against scikit-learn and SPAMS, one thread each.

All sides code the same unit-norm images by the same dictionary (training images, and one learned from them) and take turns
in one run; seconds are CPU seconds. The codes are judged here in float64: the lasso by its mean objective and its largest gap,
matching pursuit by its mean squared error at T non-zeros. Ratios are the peer's seconds over this project's in the same
turn. Called by sparse_coding.sh, which builds the C++ side and makes the Python environment.
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
from sklearn.decomposition import sparse_encode
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso

warnings.simplefilter("ignore", ConvergenceWarning)


def load(file, rows):
    return numpy.fromfile(file, dtype="<f8").reshape(-1, rows)


class Problem:
    """Images and atoms, a row each, in float64 for the judgement and in the scalar type that is timed."""

    def __init__(self, folder, dictionary, scalar):
        m = int((folder / "shape").read_text().split()[0])
        self.folder, self.dictionary, self.scalar = folder, dictionary, scalar
        self.X, self.D = load(folder / "X", m), load(folder / dictionary, m)
        kind = numpy.float64 if scalar == "double" else numpy.float32
        self.x, self.d = self.X.astype(kind), self.D.astype(kind)
        self.x_columns, self.d_columns = numpy.asfortranarray(self.x.T), numpy.asfortranarray(self.d.T)

    def judge_lasso(self, lam, Z):
        """Mean objective, and the largest gap over 1/2 ||x||^2, to the residual scaled into the dual's feasible set."""
        Z = numpy.asarray(Z, dtype=numpy.float64)
        R = self.X - Z @ self.D
        objective = 0.5 * (R**2).sum(1) + lam * abs(Z).sum(1)
        r_x, r_r = (R * self.X).sum(1), (R**2).sum(1)
        s = numpy.minimum(r_x / r_r, lam / abs(R @ self.D.T).max(1)).clip(0)
        gap = objective - s * r_x + 0.5 * s**2 * r_r
        return f"objective {objective.mean():.8f}, gap at most {(gap / (0.5 * (self.X**2).sum(1))).max():.1e}"

    def judge_pursuit(self, Z):
        Z = numpy.asarray(Z, dtype=numpy.float64)
        return f"squared error {((self.X - Z @ self.D) ** 2).sum(1).mean():.6f}, at most {(Z != 0).sum(1).max()} non-zeros"


class ThisProject:
    def __init__(self, program, problem, *arguments):
        self.command = [program, arguments[0], problem.folder, problem.dictionary, problem.scalar, *map(str, arguments[1:]), "1"]
        self.codes = problem.folder / "Z"
        self.atoms = problem.D.shape[0]

    def __call__(self):
        seconds = float(subprocess.run(self.command, check=True, capture_output=True, text=True, env=OUR_ENVIRONMENT).stdout)
        return seconds, load(self.codes, self.atoms)


def peer(code):
    """A side that returns its seconds and its codes, a row a sample."""

    def run():
        seconds, Z = timed(code)
        return seconds, Z if isinstance(Z, numpy.ndarray) else Z.T.toarray()

    return run


def lasso_sides(program, problem, lam):
    x, d = problem.x, problem.d

    def coordinate_descent(tolerance):
        model = Lasso(alpha=lam / x.shape[1], fit_intercept=False, precompute=d @ d.T, tol=tolerance, max_iter=1000)
        return model.fit(numpy.asfortranarray(d.T), x.T).coef_

    return {
        "this project": ThisProject(program, problem, "lasso", lam),
        "SPAMS lasso (LARS)": peer(lambda: spams.lasso(problem.x_columns, D=problem.d_columns, lambda1=lam, mode=2, numThreads=1)),
        "scikit-learn lasso_lars": peer(lambda: sparse_encode(x, d, algorithm="lasso_lars", alpha=lam)),
        "scikit-learn lasso_cd": peer(lambda: sparse_encode(x, d, algorithm="lasso_cd", alpha=lam)),
        "scikit-learn Lasso, tol=1e-4": peer(lambda: coordinate_descent(1e-4)),
    }


def pursuit_sides(program, problem, T):
    return {
        "this project": ThisProject(program, problem, "omp", T, "correlation"),
        "this project, by reduction": ThisProject(program, problem, "omp", T, "reduction"),
        "SPAMS omp (by reduction)": peer(lambda: spams.omp(problem.x_columns, problem.d_columns, L=T, eps=0.0, numThreads=1)),
        "scikit-learn omp (Batch-OMP)": peer(lambda: sparse_encode(problem.x, problem.d, algorithm="omp", n_nonzero_coefs=T)),
    }


def compare(title, sides, judge, samples, rounds):
    print(title, flush=True)
    seconds = {name: [] for name in sides}
    verdicts = {}
    for turn in range(rounds):
        for name, side in sides.items():
            taken, Z = side()
            seconds[name].append(taken)
            verdicts[name] = judge(Z)
    for name, taken in seconds.items():
        line = f"  {name:29s}{1e6 * min(taken) / samples:8.1f} us a sample at best; {verdicts[name]}"
        if not name.startswith("this project"):
            ours = seconds["this project" + (", by reduction" if "by reduction" in name else "")]
            line += "; " + ratio_text([theirs / own for theirs, own in zip(taken, ours)])
        print(line, flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--samples", type=int, default=10000)
    options.add_argument("--lam", type=float, nargs="+", default=[0.01, 0.03])
    options.add_argument("--nonzeros", type=int, default=50)
    options.add_argument("--scalars", nargs="+", default=["double", "float"])
    options = options.parse_args()
    print_blas()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run([options.program, "prepare", folder, str(options.samples), "0.03"], check=True, env=OUR_ENVIRONMENT)
        for dictionary in ("classes", "learned"):
            for scalar in options.scalars:
                problem = Problem(folder, dictionary, scalar)
                where = f"{options.samples} images, K = 520, dictionary of {dictionary}, {scalar}"
                for lam in options.lam:
                    sides = lasso_sides(options.program, problem, lam)
                    compare(f"lasso, lambda = {lam}: {where}", sides, lambda Z: problem.judge_lasso(lam, Z), options.samples, options.rounds)
                    parts = [options.program, "parts", folder, dictionary, scalar, str(lam)]
                    out = subprocess.run(parts, check=True, capture_output=True, text=True, env=OUR_ENVIRONMENT).stdout
                    print("    " + out.strip().replace("\n", "\n    "), flush=True)
                sides = pursuit_sides(options.program, problem, options.nonzeros)
                compare(f"matching pursuit, T = {options.nonzeros}: {where}", sides, problem.judge_pursuit, options.samples, options.rounds)


if __name__ == "__main__":
    sys.exit(main())
