"""Training throughput of VGG11 with batch norms, 3 x 32 x 32, batch 64: this project against PyTorch, on the CPU.

Both sides start from the same parameters and images in float32 and use the same number of threads; they take turns in one
run, and PyTorch is measured in both of its layouts, of which the faster counts. First the losses of three steps are held
against each other: they must agree to 1 %, or the two do not train the same network. Called by network_training.sh, which
builds the C++ side and makes the Python environment.
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch
from torch import nn

BATCH, CLASSES = 64, 10
WIDTHS = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0]  # 0: pooling


def load_network(folder):
    layers, channels = [], 3
    for width in WIDTHS:
        if width == 0:
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        channels = width
    network = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, CLASSES))
    values, place = numpy.fromfile(folder / "values", dtype="<f4"), 0
    sizes = [int(line.split()[1]) for line in (folder / "parameters").read_text().splitlines()]
    for parameter, size in zip(network.parameters(), sizes, strict=True):
        assert parameter.numel() == size
        parameter.data = torch.from_numpy(values[place : place + size].reshape(parameter.shape).copy())
        place += size
    return network


class Peer:
    def __init__(self, folder, layout):
        self.network = load_network(folder).to(memory_format=layout)
        images = numpy.fromfile(folder / "images", dtype="<f4").reshape(BATCH, 3, 32, 32)
        self.images = torch.from_numpy(images).contiguous(memory_format=layout)
        self.labels = torch.arange(BATCH) % CLASSES
        self.optimiser = torch.optim.SGD(self.network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

    def steps(self, count):
        seconds, before = [], time.process_time()
        for _ in range(count):
            start = time.perf_counter()
            self.optimiser.zero_grad()
            loss = nn.functional.cross_entropy(self.network(self.images), self.labels)
            loss.backward()
            self.optimiser.step()
            value = loss.item()
            seconds.append(time.perf_counter() - start)
        return seconds, time.process_time() - before, value


class Ours:
    def __init__(self, program, folder, threads):
        command = [program, "serve", str(folder), str(threads)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.library = self.process.stdout.readline().strip()

    def steps(self, count):
        print(count, file=self.process.stdin, flush=True)
        *seconds, processor, loss = map(float, self.process.stdout.readline().split())
        return seconds, processor, loss

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(program, folder, threads, rounds):
    torch.set_num_threads(threads)
    ours = Ours(program, folder, threads)
    peers = {"contiguous": Peer(folder, torch.contiguous_format), "channels last": Peer(folder, torch.channels_last)}
    for step in range(3):
        loss = ours.steps(1)[2]
        for name, peer in peers.items():
            value = peer.steps(1)[2]
            if abs(value - loss) > 0.01 * abs(value):
                sys.exit(f"step {step}: loss {loss} here, {value} in PyTorch ({name}): not the same training")
    sides = {"ours": ours, **peers}
    times, processor = {name: [] for name in sides}, dict.fromkeys(sides, 0.0)
    for _ in range(rounds):
        for name, side in sides.items():
            seconds, used, _ = side.steps(2)
            times[name] += seconds
            processor[name] += used
    ours.close()
    # On a machine that others use too, the best steps are those that nobody disturbed, and with one thread the processor's
    # own time leaves the others out.
    print(f"{threads} thread(s), {ours.library}, PyTorch {torch.__version__}, {2 * rounds} steps each")
    for name, seconds in times.items():
        print(
            f"  {name:14} {BATCH / statistics.median(seconds):7.1f} images/s, best step {BATCH / min(seconds):7.1f}, "
            f"processor {processor[name] / (2 * rounds):.3f} s a step"
        )
    ratios = {
        "median step": min(statistics.median(times[name]) for name in peers) / statistics.median(times["ours"]),
        "best step": min(min(times[name]) for name in peers) / min(times["ours"]),
        "processor time": min(processor[name] for name in peers) / processor["ours"],
    }
    for kind, ratio in ratios.items():
        print(f"  throughput against PyTorch's faster layout, {kind}: {ratio:.2f}")


def main():
    program, rounds = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([program, "prepare", str(folder), str(BATCH)], check=True)
        for threads in (1, 2):
            compare(program, folder, threads, rounds)


main()
