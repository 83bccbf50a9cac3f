"""Experiments: what is asked for by name, and that the committed records are runs of it."""

import hashlib
import json
from itertools import pairwise

import numpy as np
import pytest
import torch

from liegan_book import experiments, paths, records
from liegan_book.datasets import authors, published
from liegan_book.experiments import EXPERIMENTS
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions

#: What the benchmark on a GPU measures beside the runs of methods.
MEASURED = {("gpu", "equal"), ("gpu", "speed")}

CELLS = [
    (e, m, p)
    for e, experiment in EXPERIMENTS.items()
    for m, method in experiment.methods.items()
    for p in method.profiles
]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("x", "liegan", "paper"), r"^unknown experiment 'x'; there are: two-body-discovery"),
        (
            ("two-body-discovery", "x", "paper"),
            r"^unknown method of two-body-discovery 'x'; there are: liegan, liegan-es, ",
        ),
        (
            ("two-body-discovery", "liegan", "x"),
            r"^unknown profile of liegan 'x'; there are: paper, quick",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_the_list(names, message):
    for ask in (experiments.settings, lambda *n: experiments.run(*n, RunOptions(seed=0)).record):
        with pytest.raises(InputError, match=message):
            ask(*names)


def test_every_committed_record_ran_what_the_settings_say_today():
    committed = records.load_all()
    assert committed
    for r in committed:
        if (r.experiment, r.method) in MEASURED:
            continue
        today = experiments.settings(r.experiment, r.method, r.profile)
        # A setting that came later is at its default, which is what ran before there was one.
        assert type(today).of(**r.config) == today, r.path
        written = json.dumps(r.config, sort_keys=True).encode()
        assert r.config_hash == hashlib.sha256(written).hexdigest(), r.path


def test_every_committed_record_ran_on_the_committed_data():
    for r in (r for r in records.load_all() if r.profile != "gpu"):
        method = experiments.method_of(r.experiment, r.method)
        file = paths.data() / f"{method.data.replace('-', '_')}.npz"
        assert r.data.name == method.data, r.path
        if method.fingerprint is None:
            assert r.data.sha256 == hashlib.sha256(file.read_bytes()).hexdigest(), r.path


def test_records_on_made_data_name_the_data_of_their_seed():
    made = {}
    for r in (r for r in records.load_all() if r.profile != "gpu"):
        method = experiments.method_of(r.experiment, r.method)
        if method.fingerprint is not None:
            made.setdefault(r.method, (r, method.fingerprint))
    assert made
    for r, fingerprint in made.values():  # one of each: a data set takes a second
        if r.data.name == published.NAME:  # which need not be here
            assert r.data.sha256 == authors.FILES["two-body"].sha256, r.path
        else:
            assert r.data.sha256 == fingerprint(r.seed), r.path


def test_no_two_seeds_gave_the_same_answer():
    """A seed that draws nothing would make n runs one run."""
    cells = {}
    for r in records.load_all():
        answer = json.dumps([r.metrics, r.arrays], sort_keys=True)
        cells.setdefault((r.experiment, r.method, r.profile), []).append(answer)
    for cell, answers in cells.items():
        assert len(set(answers)) == len(answers), cell


@pytest.mark.parametrize(("experiment", "method", "profile"), CELLS)
def test_settings_survive_a_record(experiment, method, profile):
    config = experiments.settings(experiment, method, profile)
    written = json.loads(json.dumps(config.model_dump(mode="json")))
    assert type(config).of(**written).digest() == config.digest()


def test_what_a_method_needs_is_an_experiment_too():
    for e, m, _ in CELLS:
        for needed in EXPERIMENTS[e].methods[m].needs:
            assert experiments.method_of(*needed)


def test_a_run_is_described_in_full_and_runs_alike_twice(monkeypatch, tmp_path):
    """The spectral method takes a moment, so it can stand for all."""
    monkeypatch.setattr(paths, "checkpoints", lambda: tmp_path)
    a, b = (
        experiments.run(
            "two-body-discovery", "spectral", "paper", RunOptions(seed=1, device="cpu")
        ).record
        for _ in range(2)
    )
    assert (a.experiment, a.method, a.profile, a.seed) == (
        "two-body-discovery",
        "spectral",
        "paper",
        1,
    )
    assert a.config_hash == experiments.settings("two-body-discovery", "spectral", "paper").digest()
    assert a.machine.device == "cpu"
    assert a.metrics == b.metrics
    assert a.arrays == b.arrays
    other = experiments.run(
        "two-body-discovery", "spectral", "paper", RunOptions(seed=2, device="cpu")
    ).record
    assert other.metrics != a.metrics
    assert records.load(records.save(a, tmp_path / "r.json")) == a


def test_a_pair_is_a_state_and_the_next_one():
    with np.load(paths.data() / "two_body.npz") as f:
        orbits = f["train"]
    pairs = experiments.two_body_pairs()
    x, y = pairs.x[:, 0].numpy(), pairs.y[:, 0].numpy()
    assert len(x) == len(orbits) * (orbits.shape[1] - 1)
    found = {(a.tobytes(), b.tobytes()) for a, b in zip(x, y, strict=True)}
    expected = {(s.tobytes(), t.tobytes()) for o in orbits for s, t in pairwise(o)}
    assert found == expected


def test_prediction_maps_five_states_to_the_next_five():
    with np.load(paths.data() / "two_body.npz") as f:
        orbits = f["test"]
    pairs = experiments.two_body_pairs(split="test", inputs=5, outputs=5)
    window = {
        (o[i : i + 5].tobytes(), o[i + 5 : i + 10].tobytes())
        for o in orbits
        for i in range(orbits.shape[1] - 9)
    }
    assert (pairs.x[0].numpy().tobytes(), pairs.y[0].numpy().tobytes()) in window
    assert pairs.x.shape[1:] == pairs.y.shape[1:] == (5, 8)


def test_the_search_spaces_mix_what_they_are_said_to_mix():
    """A state is (q1, p1, q2, p2), two numbers each."""
    body, kind = [1, 1, 1, 1, 2, 2, 2, 2], list("qqppqqpp")
    for i in range(8):
        for j in range(8):
            same_kind, same_body = kind[i] == kind[j], body[i] == body[j]
            assert bool(experiments.BLOCKS[i, j]) == (same_kind and same_body)
            assert bool(experiments.EXPANDED[i, j]) == same_kind


def test_the_truth_turns_every_vector_of_a_state_by_the_same_angle():
    state = np.random.default_rng(0).normal(size=8)
    turned = (
        experiments.SO2.exp(torch.tensor([0.7], dtype=torch.float64)) @ torch.from_numpy(state)
    ).numpy()
    ours, theirs = turned.view(np.complex128), state.view(np.complex128)
    np.testing.assert_allclose(ours, np.exp(0.7j) * theirs, rtol=1e-12)


def test_an_experiment_on_the_published_data_has_a_name_of_its_own():
    assert experiments.on("two-body-discovery", "ours") == "two-body-discovery"
    name = experiments.on("two-body-prediction", "published")
    assert {m.data for m in EXPERIMENTS[name].methods.values()} == {published.NAME}
    with pytest.raises(InputError, match=r"^top-tagging has no published data; those that have: "):
        experiments.on("top-tagging", "published")
    with pytest.raises(InputError, match="unknown experiment 'x'"):
        experiments.on("x", "ours")


def test_the_generators_of_a_prediction_are_those_found_on_its_own_orbits():
    for name in ("two-body-prediction", "two-body-prediction-published"):
        discovery = name.replace("prediction", "discovery")
        needed = {e for m in EXPERIMENTS[name].methods.values() for e, _ in m.needs}
        assert needed == {discovery}


def test_hamiltons_network_learns_single_steps_and_is_judged_on_five(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "checkpoints", lambda: tmp_path)
    method = experiments.method_of("two-body-prediction", "hnn")
    config = method.profiles["paper"].changed(epochs=1, every=1, batch=5000, hidden=(8,))
    found = method.play(config, RunOptions(seed=100, device="cpu", progress=False))
    assert found.train.y.shape[1:] == found.test.y.shape[1:] == (5, 8)
    metrics, arrays = method.judge(found)
    assert len(arrays["step_mse"]) == 5
    # What training compares is the state after one step: nearer than after five.
    assert found.curve[-1, 1] < metrics["train_mse"]
