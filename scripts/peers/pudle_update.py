"""One PUDLE training update (g_ae-ls, Adam, normalised columns): this project against PyTorch autograd.

Both sides read the same arrays, use the same number of threads and float32, and take turns in one run. First each gradient
is held against autograd in float64: ours must not be further away than three times PyTorch's own in float32 (a threshold's
support can flip with rounding, so no fixed tolerance fits). Called by pudle_update.sh, which builds the C++ side and makes the Python environment.
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch

ALPHA, LAMBDA, LAYERS = 0.2, 0.2, 100
SHAPES = {  # name: m, p, n, s, perturbation, epsilon, warm-up updates
    "small dictionary, full batch (m=50, p=100, n=10000)": (50, 100, 10000, 5, 0.1, 1e-8, 50),
    "large dictionary, batch of 50 (m=1000, p=1500, s=20)": (1000, 1500, 50, 20, 0.005, 1e-3, 50),
}


def load(folder, name, rows, cols):
    return torch.from_numpy(numpy.fromfile(folder / name, dtype="<f4").reshape(cols, rows).T.copy())


def shrink(a):
    return torch.sign(a) * torch.relu(a.abs() - ALPHA * LAMBDA)


def residual_form(D, X):
    Z = torch.zeros(D.shape[1], X.shape[1], dtype=D.dtype)
    for _ in range(LAYERS):
        Z = shrink(Z - ALPHA * (D.T @ (D @ Z - X)))
    return Z


def gram_form(D, X):
    A = torch.eye(D.shape[1], dtype=D.dtype) - ALPHA * (D.T @ D)
    B = ALPHA * (D.T @ X)
    Z = torch.zeros_like(B)
    for _ in range(LAYERS):
        Z = shrink(A @ Z + B)
    return Z


def update(encode, D, X, moments, epsilon, step):
    D = D.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([D], lr=1e-3, eps=epsilon)
    optimiser.state[D] = {"step": torch.tensor(float(step)), "exp_avg": moments[0].clone(), "exp_avg_sq": moments[1].clone()}
    start = time.perf_counter()
    loss = 0.5 * ((D @ encode(D, X) - X) ** 2).sum() / X.shape[1]
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        D /= D.norm(dim=0, keepdim=True)
    return time.perf_counter() - start, D.grad


def check_gradients(name, forms, D, X, moments, epsilon, step, ours):
    doubles = D.double(), X.double(), [moment.double() for moment in moments]
    exact = update(residual_form, *doubles, epsilon, step)[1]
    distance = lambda gradient: ((gradient.double() - exact).norm() / exact.norm()).item()
    theirs = max(distance(update(form, D, X, moments, epsilon, step)[1]) for form in forms.values())
    print(f"{name}\n  relative distance from the float64 gradient: this project {distance(ours):.1e}, PyTorch float32 {theirs:.1e}")
    if distance(ours) > 3 * theirs:
        sys.exit("the gradients do not agree; the timing would mean nothing")


def compare(program, name, shape, rounds):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run([program, "prepare", folder, *map(str, shape)], check=True)
        m, p, n, epsilon, step = (folder / "shape").read_text().split()
        m, p, n = int(m), int(p), int(n)
        X, D = load(folder, "X", m, n), load(folder, "D", m, p)
        moments = load(folder, "first", m, p), load(folder, "second", m, p)
        forms = {"residual form": residual_form, "Gram form": gram_form}
        subprocess.run([program, "time", folder, "0"], check=True)
        check_gradients(name, forms, D, X, moments, float(epsilon), step, load(folder, "gradient", m, p))
        counts = subprocess.run([program, "count", folder], check=True, capture_output=True, text=True).stdout
        print("  " + counts.strip().replace("\n", "\n  "), flush=True)
        ours, theirs = [], {form: [] for form in forms}
        for turn in range(rounds):
            out = subprocess.run([program, "time", folder, "3"], check=True, capture_output=True, text=True).stdout
            ours.append(statistics.median(map(float, out.split())))
            for form, encode in forms.items():
                seconds, _ = update(encode, D, X, moments, float(epsilon), step)
                if turn > 0:  # the first round warms up
                    theirs[form].append(seconds)
        print(f"  this project         {statistics.median(ours):9.4f} s per update")
        for form, seconds in theirs.items():
            ratios = [b / a for a, b in zip(ours[1:], seconds)]
            print(f"  PyTorch {form:13s}{statistics.median(seconds):9.4f} s per update; ratio {statistics.median(ratios):.1f} "
                  f"(from {min(ratios):.1f} to {max(ratios):.1f} over {len(ratios)} rounds)")


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"PyTorch {torch.__version__}, one thread on each side, float32")
    for name, shape in SHAPES.items():
        compare(sys.argv[1], name, shape, rounds=int(sys.argv[2]) if len(sys.argv) > 2 else 6)
