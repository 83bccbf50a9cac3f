"""Productions: the same shards however they are made, and damage that is named.

Worker processes know nothing of a test's patches; where the simulation is not the point, threads
stand in for them.
"""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import count

import numpy as np
import pytest

from liegan_book.datasets.jets import production
from liegan_book.datasets.jets.production import make_shard, produce
from liegan_book.datasets.jets.simulate import JetConfig
from liegan_min.base.errors import DamagedFileError, MissingExtraError
from liegan_min.equivariant.jets import Jets

EXTRA = ("pythia8mc", "fastjet", "awkward")
needs_extra = pytest.mark.skipif(
    any(find_spec(name) is None for name in EXTRA), reason="needs the extra jets"
)

SMALL = JetConfig(shard=3)


def some_jets(n, source, label=0):
    """Jets of random numbers."""
    rng = np.random.default_rng(source)
    counts = rng.integers(1, 5, n)
    return Jets(
        rng.normal(size=(counts.sum(), 4)).astype(np.float32),
        counts,
        np.full(n, label, np.int8),
        rng.normal(size=(n, 4)).astype(np.float32),
    ), rng.uniform(400, 900, n)


def same(one, two):
    """Whether shards hold the same."""
    (a, pt_a), (b, pt_b) = one, two
    for name in ("constituents", "counts", "label", "truth"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    np.testing.assert_array_equal(pt_a, pt_b)


# One shard


def test_a_shard_takes_batches_until_it_is_full(monkeypatch):
    sizes = (2, 0, 4, 5, 9)
    made, asked = [some_jets(n, seed) for seed, n in enumerate(sizes)], []

    def batches(kind, config, source):
        for batch in made:
            asked.append((kind, config.shard))
            yield batch

    monkeypatch.setattr(production, "batches", batches)
    jets, pt_hat = make_shard("qcd", 4, JetConfig(shard=7), seed=1)
    assert asked == [("qcd", 7)] * 4  # 2 + 0 + 4 + 5 are enough
    whole = Jets.join([b for b, _ in made[:4]])
    same((jets, pt_hat), (whole.take(slice(7)), np.concatenate([h for _, h in made[:4]])[:7]))


def test_every_shard_draws_from_its_own_seed(monkeypatch):
    states = []

    def batches(kind, config, source):
        states.extend(child.generate_state(2).tobytes() for child in source.spawn(2))
        yield some_jets(3, 0)

    monkeypatch.setattr(production, "batches", batches)
    shards = [(k, n, s) for k in ("top", "qcd") for n in range(4) for s in (0, 1, 2302, 2303)]
    for kind, number, seed in shards:
        make_shard(kind, number, SMALL, seed)
    assert len(set(states)) == len(states) == 2 * len(shards)


def test_a_shard_comes_back_from_its_file(tmp_path):
    shard = some_jets(5, 0)
    production._save(tmp_path / "a.npz", *shard, "key")
    same(production._load(tmp_path / "a.npz", "key"), shard)
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]


def test_a_damaged_shard_is_named_with_the_remedy(tmp_path):
    path = tmp_path / "top-0000.npz"
    production._save(path, *some_jets(5, 0), "key")
    whole = path.read_bytes()
    short = [whole[:n] for n in (0, 1, 10, len(whole) // 2, len(whole) - 5)]
    wrong = [
        whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :]
        for at in (0, 200, len(whole) // 2, len(whole) - 30)
    ]
    message = rf"{re.escape(str(path))} cannot be read .*; delete the folder, or choose another"
    for content in (*short, *wrong):
        path.write_bytes(content)
        with pytest.raises(DamagedFileError, match=message):
            production._load(path, "key")


def test_a_shard_whose_arrays_do_not_fit_is_damaged(tmp_path):
    path = tmp_path / "top-0000.npz"
    production._save(path, *some_jets(5, 0), "key")
    with np.load(path) as f:
        arrays = dict(f)
    for change in ({"counts": arrays["counts"][:-1]}, {"label": None}):
        kept = {k: v for k, v in (arrays | change).items() if v is not None}
        np.savez(path, **kept)
        with pytest.raises(DamagedFileError, match=r"top-0000\.npz cannot be read"):
            production._load(path, "key")


# Many shards, made by threads


@pytest.fixture
def threads(monkeypatch):
    """Let threads make shards of random numbers; return the list of those made."""
    made = []

    def fake(kind, number, config, seed):
        made.append((kind, number))
        return some_jets(config.shard, [seed, kind == "top", number], kind == "top")

    monkeypatch.setattr(
        production, "ProcessPoolExecutor", lambda workers, **_: ThreadPoolExecutor(workers)
    )
    monkeypatch.setattr(production, "make_shard", fake)
    for name in EXTRA:  # installed or not
        monkeypatch.setitem(sys.modules, name, sys)
    return made


def test_classes_alternate_and_the_number_is_rounded_up(threads, tmp_path):
    parts = [jets for jets, _ in produce(tmp_path, 13, SMALL)]
    assert [len(p) for p in parts] == [3] * 6  # 13 jets: three pairs of shards of 3
    assert [int(p.label[0]) for p in parts] == [1, 0] * 3
    assert sorted(threads) == [(k, n) for k in ("qcd", "top") for n in range(3)]


@pytest.mark.parametrize("workers", [1, 3])
def test_what_is_there_is_not_made_again(threads, tmp_path, workers):
    whole = list(produce(tmp_path, 18, SMALL, seed=5))
    kept = (tmp_path / "top-0001.npz").stat().st_mtime_ns
    for name in ("qcd-0001", "top-0002"):
        (tmp_path / f"{name}.npz").unlink()
    (tmp_path / ".top-0002.npz.x.part").write_bytes(b"half a shard")  # a kill leaves this
    threads.clear()
    again = list(produce(tmp_path, 18, SMALL, seed=5, workers=workers))
    assert sorted(threads) == [("qcd", 1), ("top", 2)]
    assert (tmp_path / "top-0001.npz").stat().st_mtime_ns == kept
    for one, two in zip(whole, again, strict=True):
        same(one, two)


def test_a_larger_production_takes_up_a_smaller_one(threads, tmp_path):
    few = list(produce(tmp_path, 6, SMALL))
    threads.clear()
    more = list(produce(tmp_path, 12, SMALL))
    assert sorted(threads) == [("qcd", 1), ("top", 1)]
    for one, two in zip(few, more[:2], strict=True):
        same(one, two)


@pytest.mark.parametrize(("config", "seed"), [(SMALL, 6), (JetConfig(shard=3, radius=0.7), 5)])
def test_shards_of_other_settings_are_refused(threads, tmp_path, config, seed):
    list(produce(tmp_path, 6, SMALL, seed=5))
    message = r"top-0000\.npz was made with other settings or seed; delete the folder, or choose"
    with pytest.raises(DamagedFileError, match=message):
        list(produce(tmp_path, 6, config, seed=seed))


def test_shards_of_other_settings_are_noticed_before_anything_is_made(threads, tmp_path):
    list(produce(tmp_path, 6, SMALL, seed=5))
    threads.clear()
    with pytest.raises(DamagedFileError, match="other settings"):
        list(produce(tmp_path, 60, SMALL, seed=6))
    assert threads == []


def test_an_error_ends_the_production(threads, monkeypatch, tmp_path):
    tries = count()

    def fails(*_):
        if next(tries) == 0:
            raise RuntimeError("no events")
        time.sleep(0.02)
        return some_jets(3, 0)

    monkeypatch.setattr(production, "make_shard", fails)
    with pytest.raises(RuntimeError, match="no events"):
        list(produce(tmp_path, 180, SMALL))
    assert next(tries) < 30  # of 60


@pytest.mark.parametrize(
    "name",
    [
        "pythia8mc",
        "fastjet",
        "awkward",
    ],
)
def test_without_the_extra_nothing_is_started(monkeypatch, tmp_path, name):
    def pool(*_, **__):
        raise AssertionError("workers were started")

    monkeypatch.setattr(production, "ProcessPoolExecutor", pool)
    for other in EXTRA:
        monkeypatch.setitem(sys.modules, other, None if other == name else sys)
    with pytest.raises(MissingExtraError, match=rf"{name}; install it .*liegan-min\[jets\]"):
        list(produce(tmp_path, 6, SMALL))


# The same with processes and real jets

KILLED = """
from pathlib import Path
from liegan_book.datasets.jets.production import produce
from liegan_book.datasets.jets.simulate import JetConfig

if __name__ == "__main__":
    list(produce(Path(r"{}"), 8, JetConfig(shard=2), seed=9, workers=2))
"""


@needs_extra
def test_a_killed_production_goes_on_and_the_shards_are_the_same(tmp_path):
    folder = tmp_path / "shards"
    command = [sys.executable, "-c", KILLED.format(folder)]
    killed = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    while not list(folder.glob("*.npz")) and killed.poll() is None:
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)  # the process and its workers
    killed.wait()
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.npz")}
    assert 1 <= len(before) < 4
    config = JetConfig(shard=2)
    shards = list(produce(folder, 8, config, seed=9, workers=1))
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())
    for k, shard in enumerate(shards):
        same(shard, make_shard(("top", "qcd")[k % 2], k // 2, config, 9))
    assert len({jets.constituents.tobytes() for jets, _ in shards}) == 4
