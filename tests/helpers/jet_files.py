"""Jets of random momenta, and tables in files of the benchmark's layout."""

import numpy as np

from liegan_min.equivariant.jets import Jets

COLUMNS = [f"{c}_{i}" for i in range(200) for c in ("E", "PX", "PY", "PZ")]
COLUMNS += ["truthE", "truthPX", "truthPY", "truthPZ"]


def some_jets(n, seed=0, most=90):
    """Massless constituents, 2 to `most` in each jet, of any momenta."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(2, most, n)
    p = rng.normal(size=(counts.sum(), 3))
    constituents = np.concatenate([np.linalg.norm(p, axis=1, keepdims=True), p], axis=1)
    label = rng.integers(0, 2, n).astype(np.int8)
    truth = np.where(label[:, None] == 1, rng.normal(size=(n, 4)), 0).astype(np.float32)
    return Jets(constituents.astype(np.float32), counts, label, truth)


def two_constituents(n):
    """Two constituents a jet."""
    rng = np.random.default_rng(0)
    p = rng.normal(size=(2 * n, 3))
    constituents = np.concatenate([np.linalg.norm(p, axis=1, keepdims=True), p], axis=1)
    return Jets(
        constituents.astype(np.float32),
        np.full(n, 2),
        (np.arange(n) % 2).astype(np.int8),
        np.zeros((n, 4), np.float32),
    )


def save_frame(frame, path, **options):
    """Write a table as the benchmark's were written, and return its file."""
    how = {"complib": "blosc", "complevel": 5} | options
    frame.to_hdf(path, key="table", format="table", **how)
    return path
