"""The experiment on a GPU, at toy size on a CPU: its runs, its data, its rates."""

import hashlib

import numpy as np
import pytest
import torch

from liegan_book import experiments, paths, records
from liegan_book.datasets import cyclic
from liegan_book.datasets.jets import storage
from liegan_book.experiments import gpu
from liegan_book.experiments.many_seeds import Many
from liegan_book.experiments.metrics import seeds
from liegan_min import DamagedFileError, GameConfig, InputError, RunOptions, groups
from liegan_min.algebra import linalg
from liegan_min.algebra.groups import ETA

CPU = RunOptions(device="cpu")


@pytest.fixture(scope="module")
def ran():
    return {m: experiments.run("gpu", m, "quick", CPU) for m in gpu.GPU.methods}


def test_every_method_runs_and_its_record_is_whole(ran, tmp_path):
    for method, run in ran.items():
        path = records.save(run.record, tmp_path / f"{method}.json")
        assert records.load(path) == run.record
    for method in ("two-body-seeds", "cyclic-seeds"):
        found = ran[method].record
        assert found.metrics["seeds"] == found.config["seeds"] == len(found.arrays["success"])
    for method in ("lorentznet", "liegnn"):
        found = ran[method].record
        assert found.metrics["epochs"] == len(found.arrays["history"]) == 3
        assert found.metrics["training_jets"] == 320


def test_the_settings_on_a_card_are_the_posters():
    settings = {m: experiments.settings("gpu", m, "gpu") for m in gpu.GPU.methods}
    assert settings["two-body-seeds"].game == GameConfig()
    poster = experiments.settings("cyclic", "liegan", "paper")
    assert settings["cyclic-seeds"].game == poster
    assert {settings[m].seeds for m in ("two-body-seeds", "cyclic-seeds")} == {200}
    full = settings["lorentznet"]
    assert (full.hidden, full.layers, full.constituents, full.jets) == (72, 6, None, None)
    assert (full.epochs, full.batch, full.lr) == (35, 128, 1e-3)
    assert settings["liegnn"] == full


def test_liegnn_has_the_form_that_the_held_recipe_found(ran):
    held = records.load(records.where("top-tagging-discovery", "liegan-held", "paper", 0))
    J = np.array(held.arrays["J"])
    J = (J + J.T) / np.linalg.norm(J + J.T)
    forms = {m: ran[m].found.model.J.numpy() for m in ("lorentznet", "liegnn")}
    assert np.allclose(forms["liegnn"], 2 * J, atol=1e-6)
    assert np.allclose(forms["lorentznet"], ETA.numpy(), atol=1e-6)
    assert list(ran["liegnn"].record.inputs) == ["top-tagging-discovery/liegan-held/paper-s0.json"]


def test_without_the_large_set_the_error_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "cache", lambda: tmp_path)
    message = r"liegan data jets --jets 80000 --seed 2302 --out .*jets-80000\.npz$"
    with pytest.raises(InputError, match=message):
        gpu.GPU.methods["lorentznet"].source("gpu", 0)


def test_the_profile_of_a_gpu_is_not_for_a_cpu():
    with pytest.raises(InputError, match="the profile gpu is for a GPU, as it takes days on a CPU"):
        experiments.run("gpu", "cyclic-seeds", "gpu", CPU)


def test_the_large_set_is_what_is_trained_on(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "cache", lambda: tmp_path)
    gpu._many_jets.cache_clear()
    few = storage.load("train")
    few = few.take(np.concatenate([np.flatnonzero(few.label == c)[:20] for c in (0, 1)]))
    monkeypatch.setattr(gpu, "JETS", 40)
    storage.write(tmp_path / "jets-40.npz", few)
    method = gpu.GPU.methods["lorentznet"]
    source = method.source("gpu", 0)
    sha = hashlib.sha256((tmp_path / "jets-40.npz").read_bytes()).hexdigest()
    assert (source.name, source.sha256) == ("jets-40", sha)
    splits = gpu._many_jets()
    gpu._many_jets.cache_clear()
    assert np.array_equal(splits.train.counts, few.counts)
    assert len(splits.validation) == 5_000
    assert len(splits.test) == 10_000
    storage.write(tmp_path / "jets-40.npz", few.take(slice(39)))
    with pytest.raises(DamagedFileError, match=r"jets-40\.npz holds .*, not 40 jets, half of them"):
        gpu._many_jets()


def test_settings_without_a_number_of_jets_train_on_the_large_set(monkeypatch):
    many, seen = gpu.Splits(*(storage.load("test").take(slice(n)) for n in (9, 8, 7))), []
    monkeypatch.setattr(gpu, "_many_jets", lambda: many)
    monkeypatch.setattr(gpu, "train", lambda model, splits, *rest: seen.append(splits))
    for profile in ("gpu", "quick"):
        gpu._train(gpu.GPU.methods["lorentznet"].profiles[profile], CPU, form=lambda s: ETA)
    assert [len(jets) for jets in vars(seen[0]).values()] == [9, 8, 7]
    assert [len(jets) for jets in vars(seen[1]).values()] == [320, 320, 320]


def test_each_seed_of_a_run_has_seeds_of_its_own(ran):
    other = experiments.run("gpu", "cyclic-seeds", "quick", RunOptions(seed=2, device="cpu"))
    assert (ran["cyclic-seeds"].found.seeds, other.found.seeds) == (range(3), range(6, 9))


def test_the_large_set_has_the_seed_of_the_training_jets_and_of_no_others():
    seed, _ = storage.SPLITS["train"]
    assert seed == gpu.JETS_SEED
    assert gpu.JETS_SEED not in {storage.SPLITS[s][0] for s in ("validation", "test")}


def test_the_data_of_all_seeds_are_in_the_checksum():
    method = gpu.GPU.methods["cyclic-seeds"]
    count = method.profiles["quick"].seeds
    mine = [cyclic.fingerprint(20_000, 7, 2 * count + i) for i in range(count)]
    expected = hashlib.sha256("".join(mine).encode()).hexdigest()
    assert method.source("quick", 2).sha256 == expected


def test_a_time_limit_reaches_the_training(monkeypatch):
    seen = []
    monkeypatch.setattr(gpu, "train", lambda *given: seen.append(given[-1].limit_seconds))
    config = gpu.GPU.methods["lorentznet"].profiles["quick"]
    gpu._train(config, RunOptions(device="cpu", limit_seconds=10.0), form=lambda s: ETA)
    assert seen == [10.0]


def wilson(k, n, z=1.959963984540054):
    """The interval's ends, from its formula (Wilson 1927)."""
    p = k / n
    middle = p + z * z / (2 * n)
    half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


@pytest.mark.parametrize(("k", "n"), [(0, 200), (80, 200), (200, 200), (1, 3)])
def test_a_rate_has_wilsons_interval(k, n):
    found = seeds.share([True] * k + [False] * (n - k))
    assert (found["successes"], found["seeds"], found["rate"]) == (k, n, k / n)
    low, high = wilson(k, n)
    assert found["rate_low"] == pytest.approx(low, abs=1e-12)
    assert found["rate_high"] == pytest.approx(high, abs=1e-12)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Exactly, by the binomial law: on average over rates 95 % of samples are in it."""
    from scipy.stats import binom

    n, rates = 200, np.linspace(0.02, 0.98, 97)
    ends = np.array(
        [
            [seeds.share([True] * k + [False] * (n - k))[e] for e in ("rate_low", "rate_high")]
            for k in range(n + 1)
        ]
    )
    inside = (ends[:, :1] <= rates) & (rates <= ends[:, 1:])
    covered = (binom.pmf(np.arange(n + 1)[:, None], n, rates) * inside).sum(0)
    assert covered.mean() == pytest.approx(0.95, abs=0.005)
    assert covered.min() > 0.92


def many(bases, lost=()):
    bases = torch.stack(bases)
    gone = torch.tensor([i in lost for i in range(len(bases))])
    support = linalg.support(torch.eye(bases.shape[-1])[:, None])
    return Many(bases[None], gone, support, torch.zeros(1, 3), 1.0, range(len(bases)))


def test_a_turn_of_one_step_is_found_and_a_half_step_or_a_lost_game_is_not():
    R = groups.so(3).basis[2].float()
    step = 2 * torch.pi / 7
    turns = [step * R, 2.5 * step * R, -3 * step * R, step * R]
    metrics, arrays = seeds.cyclic_seeds(many(turns, lost={3}), 7)
    assert arrays["success"] == [1, 0, 1, 0]
    assert np.allclose(arrays["steps"], [1, 2.5, -3, 1], atol=1e-5)
    assert (metrics["successes"], metrics["lost"], metrics["epochs"]) == (2, 1, 1)


def test_the_bar_of_two_bodies_is_that_of_the_task():
    truth = groups.diagonal(groups.so(2), 2)
    good = truth.basis[0].float()
    bent = good.clone()
    bent[0, 1] *= 2
    metrics, arrays = seeds.two_body_seeds(many([3 * good, bent]), truth)
    assert arrays["success"] == [1, 0]
    assert arrays["support_cosine"][0] == pytest.approx(1)
    assert arrays["support_cosine"][1] < 0.99
    assert arrays["norm"][0] == pytest.approx(6)
    assert metrics["rate"] == 0.5
