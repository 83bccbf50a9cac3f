"""The methods of the tagging table: what they are, what they need, and a run of each, in small."""

import json

import numpy as np
import pytest
import torch

from liegan_book import experiments, paths, records
from liegan_book.datasets import released, store
from liegan_book.experiments import top_tagging as task
from liegan_book.results.poster import TABLES
from liegan_book.training.tagging import Splits
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from tests.helpers.jet_files import some_jets
from tests.helpers.tagging_worker import few

pytest.importorskip("accelerate")

EXPERIMENT = "top-tagging"
METHODS = task.TOP_TAGGING.methods
SYSTEMS = ("lorentznet", "liegnn", "lorentznet-wo", "egnn")
NETWORKS = [name for name in METHODS if not name.startswith("boosted-trees")]
TINY = {"hidden": 4, "layers": 1, "batch": 64, "epochs": 1, "warmup": 0, "restart": 1, "tail": 0}


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Take a few of the committed jets, and keep checkpoints out of the checkout."""
    monkeypatch.setattr(task, "committed", few)
    saved = {"metric": torch.diag(torch.tensor([-1.1, 1.2, 1.2, 1.0]).double())}
    monkeypatch.setattr(released, "matrices", saved.__getitem__)  # theirs need not be here
    monkeypatch.setattr(task, "_columns", task._columns.__wrapped__)
    monkeypatch.setattr(paths, "checkpoints", lambda: tmp_path / "checkpoints")


@pytest.fixture
def built(monkeypatch):
    """Return a function that builds the network of a method, and the rest of what is trained."""
    monkeypatch.setattr(task, "train", lambda *given: given)

    def build(method, profile="quick", seed=0):
        config = experiments.settings(EXPERIMENT, method, profile)
        options = RunOptions(seed=seed, device="cpu")
        *given, told = experiments.method_of(EXPERIMENT, method).play(config, options)
        assert told is options
        return given

    return build


# What the methods are


def test_the_systems_of_the_poster_are_there_under_its_names():
    table = TABLES[EXPERIMENT]
    assert {c.method for c in table.cells} == set(SYSTEMS) <= set(METHODS)
    assert list(METHODS)[: len(SYSTEMS)] == list(SYSTEMS)
    assert all(table.profile in METHODS[name].profiles for name in SYSTEMS)


@pytest.mark.parametrize("size", ["", *(f"-{n}" for n in task.SIZES)])
def test_the_systems_are_trained_alike(size):
    protocols = [METHODS[f"{n}{size}"].profiles for n in SYSTEMS if f"{n}{size}" in METHODS]
    assert len(protocols) >= 3
    assert all(p == protocols[0] for p in protocols)
    assert protocols[0].keys() == {"paper", "cpu", "quick"}
    assert METHODS[f"boosted-trees{size}"].profiles["cpu"].jets == protocols[0]["cpu"].jets


def test_the_paper_profile_is_the_published_training_on_the_public_set():
    assert TaggingConfig(public=True) == METHODS["lorentznet"].profiles["paper"]
    for name in NETWORKS:
        for profile, config in METHODS[name].profiles.items():
            assert config.public is (profile in METHODS[name].elsewhere) is (profile == "paper")


@pytest.mark.parametrize("jets", task.SIZES)
def test_a_size_changes_the_jets_and_how_often_and_how_many_at_a_time(jets):
    config, cpu = (METHODS[name].profiles["cpu"] for name in (f"liegnn-{jets}", "liegnn"))
    assert config.jets == jets
    ours, theirs = config.model_dump(), cpu.model_dump()
    differs = {name for name in ours if ours[name] != theirs[name]}
    assert differs <= {"jets", "batch", "epochs", "warmup", "restart"}
    for share in np.linspace(0, 1, 50):  # the rate falls along the same line
        late = config.rate(share * config.epochs), cpu.rate(share * cpu.epochs)
        assert late[0] == pytest.approx(late[1], abs=1e-12)


@pytest.mark.parametrize("method", ["augerino-plus", "identity", "random"])
def test_wrong_forms_differ_from_each_other_and_from_liegnn_in_the_form_alone(method):
    wrong = METHODS[f"liegnn-{method}"].profiles["cpu"]
    assert wrong in [METHODS[f"liegnn-{n}"].profiles["cpu"] for n in task.SIZES]


@pytest.mark.parametrize(
    ("method", "needs"),
    [
        ("liegnn", "liegan"),
        ("liegnn-600", "liegan"),
        ("liegnn-augerino-plus", "augerino-plus"),
        ("liegnn-held-strong", "held-strong"),
        ("liegnn-released", None),
        ("lorentznet", None),
        ("egnn", None),
        ("liegnn-random", None),
        ("boosted-trees", None),
    ],
)
def test_what_a_method_needs(method, needs):
    assert METHODS[method].needs == ((("top-tagging-discovery", needs),) if needs else ())


# Forms


def form(seed, method="liegan"):
    """Read a form as it is written, symmetric and of the size of η."""
    path = paths.results() / "top-tagging-discovery" / method / f"paper-s{seed}.json"
    J = np.array(json.loads(path.read_text())["arrays"]["J"])
    return torch.from_numpy((J + J.T) / np.linalg.norm(J + J.T)).float() * 2


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("method", "discovery"),
    [
        ("liegnn", "liegan"),
        ("liegnn-600", "liegan"),
        ("liegnn-augerino-plus", "augerino-plus"),
    ],
)
def test_a_network_takes_the_form_that_was_found_with_its_seed(
    small, built, method, discovery, seed
):
    model, *_ = built(method, seed=seed)
    torch.testing.assert_close(model.J, form(seed, discovery), rtol=0, atol=1e-6)
    assert (model.J - form(seed + 1, discovery)).abs().max() > 1e-5


@pytest.mark.parametrize(
    ("method", "diagonal"),
    [
        ("lorentznet", [1, -1, -1, -1]),
        ("lorentznet-wo", [1, -1, -1, -1]),
        ("egnn", [1, 1, 1, 1]),
        ("liegnn-identity", [1, 1, 1, 1]),
    ],
)
def test_other_forms_are_given(small, built, method, diagonal):
    model, *_ = built(method, seed=3)
    torch.testing.assert_close(model.J, torch.diag(torch.tensor(diagonal)).float())


def test_the_saved_form_is_read_from_its_file(small, built, monkeypatch):
    J = torch.diag(torch.tensor([-1.1, 1.2, 1.2, 1.0])).double()
    J[0, 1] = 0.1
    monkeypatch.setattr(released, "matrices", {"metric": J}.__getitem__)
    model, *_ = built("liegnn-released", seed=3)
    expected = (J + J.T) / torch.linalg.norm(J + J.T) * 2
    torch.testing.assert_close(model.J.double(), expected, rtol=0, atol=1e-6)


def test_a_random_form_is_symmetric_and_drawn_from_the_seed():
    before = torch.get_rng_state()
    a, b = task.random(1), task.random(2)
    assert torch.equal(a, a.T)
    assert torch.equal(a, task.random(1))
    assert not torch.allclose(a, b)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("method", "sees"),
    [
        ("lorentznet", "invariants"),
        ("liegnn", "invariants"),
        ("lorentznet-wo", "components"),
        ("egnn", "distance"),
    ],
)
def test_the_systems_see_what_they_should(small, built, method, sees):
    model, *_ = built(method)
    assert {layer.sees for layer in model.layers} == {sees}


def test_without_its_record_a_network_says_what_to_run(small, built, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    message = (
        r"^no record paper-s3\.json of liegan; run: "
        r"liegan run top-tagging-discovery liegan --profile paper --seed 3$"
    )
    with pytest.raises(InputError, match=message):
        built("liegnn", seed=3)


# What is built and trained


@pytest.mark.parametrize("method", NETWORKS)
def test_every_method_builds_its_network_in_every_profile_on_our_jets(small, built, method):
    for profile in ("cpu", "quick"):
        config = experiments.settings(EXPERIMENT, method, profile)
        model, splits, given = built(method, profile)
        assert given is config
        assert len(model.layers) == config.layers
        assert model.embedding.out_features == config.hidden
        assert [m.p for m in model.modules() if isinstance(m, torch.nn.Dropout)] == [config.dropout]
        assert {layer.c for layer in model.layers} == {config.c}
        assert len(splits.train) == min(len(few().train), config.jets or 10**9)


def test_the_first_jets_are_taken(small, built, monkeypatch):
    tiny = METHODS["egnn"].profiles["cpu"].model_copy(update={"jets": 70})
    monkeypatch.setitem(METHODS["egnn"].profiles, "quick", tiny)
    _, splits, _ = built("egnn")
    first = few().train.take(slice(70))
    np.testing.assert_array_equal(splits.train.constituents, first.constituents)
    assert (splits.validation, splits.test) == (few().validation, few().test)


def test_the_seed_draws_the_start_and_nothing_else_is_drawn(small, built):
    before = torch.get_rng_state()
    a, b, c = (built("lorentznet", seed=seed)[0].state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert not torch.equal(a["embedding.weight"], c["embedding.weight"])
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("method", SYSTEMS)
def test_a_run_of_each_system_becomes_a_record(small, monkeypatch, tmp_path, method):
    config = experiments.settings(EXPERIMENT, method, "quick").model_copy(update=TINY)
    monkeypatch.setitem(METHODS[method].profiles, "quick", config)
    made = experiments.run(EXPERIMENT, method, "quick", RunOptions(seed=1, device="cpu")).record
    assert (made.data.name, made.data.sha256) == ("jets", store.checksum("jets"))
    assert made.metrics["training_jets"] == len(few().train)
    assert len(made.arrays["history"]) == 1
    assert 0 <= made.metrics["auroc"] <= 1
    needed = {"top-tagging-discovery/liegan/paper-s1.json"} if method == "liegnn" else set()
    assert set(made.inputs) == needed
    assert {c.metric for c in TABLES[EXPERIMENT].cells} <= made.metrics.keys()
    assert records.load(records.save(made, tmp_path / "r.json")) == made


def test_boosted_trees_are_judged_by_the_same_figures(small, monkeypatch, tmp_path):
    for package in ("sklearn.ensemble", "fastjet"):
        pytest.importorskip(package)
    tiny = METHODS["boosted-trees"].profiles["cpu"].model_copy(update={"rounds": 5, "jets": 150})
    monkeypatch.setitem(METHODS["boosted-trees"].profiles, "cpu", tiny)
    made = experiments.run(EXPERIMENT, "boosted-trees", "cpu", RunOptions(seed=0)).record
    assert made.metrics["training_jets"] == 150
    assert made.metrics["auroc"] > 0.8  # a few trees know the mass
    assert "passing" in made.arrays
    assert records.load(records.save(made, tmp_path / "r.json")) == made


def test_the_committed_splits_are_those_of_their_names(monkeypatch):
    jets = {name: some_jets(4, seed) for seed, name in enumerate(("train", "validation", "test"))}
    monkeypatch.setattr(task.storage, "load", jets.__getitem__)
    assert vars(task.committed.__wrapped__()) == vars(Splits(**jets))
