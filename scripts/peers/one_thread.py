"""What the benchmarks against scikit-learn and SPAMS share. To be imported before numpy: it sets the number of threads to one."""

import os
import pathlib
import statistics
import time

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"

import threadpoolctl

# The kernel family that every run of `assay` pins. The peers' builds of OpenBLAS choose for themselves.
OUR_ENVIRONMENT = {**os.environ, "OPENBLAS_CORETYPE": "Haswell"}


def print_blas():
    """Which kernels run on the peers' side; call it when the peers are imported."""
    print("one thread on each side; BLAS of the peers:")
    for library in threadpoolctl.threadpool_info():
        if library["user_api"] == "blas":
            name = pathlib.Path(library["filepath"]).parent.name
            print(f"  {name}: {library['internal_api']} {library['version']}, kernels {library['architecture']}")


def timed(work):
    """CPU seconds of `work`, which other processes disturb less than the clock on the wall, and what it returns."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def ratio_text(ratios):
    return f"ratio {statistics.median(ratios):.1f} (from {min(ratios):.1f} to {max(ratios):.1f} over {len(ratios)} turns)"
