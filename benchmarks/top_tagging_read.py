"""Time and weigh reading 20 constituents of each jet from a file of the public training set's size.

    liegan bench top_tagging_read [--folder DIR]   # DIR: where about 1 GB goes, and stays

The file is synthetic: 1.2 million jets of about 50 random massless constituents, in the benchmark's
layout. It is read by a process of its own, whose peak memory is reported beside what it held before
it read, with torch and h5py imported. The floor is the CPU time of what every reader has to do:
fetch the chunks and unpack them with blosc, on one thread. Clock times are with the file in memory,
as far as it fits: that of a slow disk comes on top.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import blosc2
import h5py
import numpy as np
from _timing import cpu, show

from liegan_book.datasets import top_tagging
from liegan_book.records import peak_memory_mb
from liegan_min.equivariant.jets import Jets


def jets(n: int, seed: int) -> Jets:
    """Return n jets of about 50 massless constituents with the spread of real ones."""
    rng = np.random.default_rng(seed)
    counts = np.clip(rng.normal(50, 18, n).astype(np.int64), 2, 200)
    p = rng.normal(size=(counts.sum(), 3)) * rng.exponential(12.0, (counts.sum(), 1))
    constituents = np.concatenate([np.linalg.norm(p, axis=1, keepdims=True), p], axis=1)
    label = (np.arange(n) % 2).astype(np.int8)
    truth = label[:, None] * rng.normal(300, 100, (n, 4))
    return Jets(constituents.astype(np.float32), counts, label, truth.astype(np.float32))


def make(path: Path, n: int, part: int = 10_000) -> None:
    """Write the file, part by part."""
    with top_tagging.writer(path, top_tagging.TTV["train"], expected=n) as w:
        for start in range(0, n, part):
            w.add(jets(min(part, n - start), seed=start))


def unpack(path: Path) -> None:
    """Unpack every chunk of the table, and do nothing with it."""
    blosc2.set_nthreads(1)
    with h5py.File(path) as f:
        table = f["table/table"]
        size = table.chunks[0]
        room = np.empty(size * table.dtype.itemsize, np.uint8)
        for start in range(0, len(table), size):
            blosc2.decompress2(table.id.read_direct_chunk((start,))[1], dst=room)


def read(path: Path, n: int) -> dict[str, float]:
    """Read the file once in this process."""
    top_tagging.read(path, n, slice(0, 10))
    before, clock, start = peak_memory_mb(), time.perf_counter(), time.process_time()
    x, label = top_tagging.read(path, n)
    return {
        "jets": len(x),
        "tops": int(label.sum()),
        "read, clock s": time.perf_counter() - clock,
        "read, CPU s": time.process_time() - start,
        "result MB": x.nbytes / 2**20,
        "memory before MB": before,
        "peak memory MB": peak_memory_mb(),
    }


def main() -> None:
    """Write the file if it is not there, read it in another process, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--jets", type=int, default=1_200_000)
    parser.add_argument("--constituents", type=int, default=20)
    parser.add_argument("--only-read", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    path = options.folder / f"synthetic-{options.jets}.h5"
    if options.only_read:
        print(json.dumps(read(path, options.constituents)))
        return
    if not path.exists():
        make(path, options.jets)
    command = [sys.executable, *sys.argv, "--only-read"]
    result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    result |= {"file MB": path.stat().st_size / 2**20, "floor, CPU s": cpu(lambda: unpack(path))}
    result["jets per s"] = result["jets"] / result["read, clock s"]
    result["CPU / floor"] = result["read, CPU s"] / result["floor, CPU s"]
    show(result, options.json, 2)


if __name__ == "__main__":
    main()
