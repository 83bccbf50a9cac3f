"""Top-tagging discovery: its settings, and a run from data to record."""

import numpy as np
import pytest

from liegan_book import experiments, paths, records
from liegan_book.datasets import four_momenta, store
from liegan_book.experiments import top_tagging_discovery as task
from liegan_book.experiments.metrics import lorentz as lorentz_metrics
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions
from liegan_min.game.config import GameConfig
from tests.liegan_book.experiments.test_top_tagging_samples import made_up

EXPERIMENT = "top-tagging-discovery"
METHODS = task.TOP_TAGGING_DISCOVERY.methods
TINY = {"hidden": (8,), "batch": 32, "epochs": 3, "epoch_size": 128}


def test_the_published_recipe_is_the_published_one():
    c = METHODS["liegan"].profiles["paper"]
    assert (c.channels, c.batch, c.hidden) == (7, 64, (512, 512))
    assert (c.cosine, c.correlation, c.norm) == (1.0, 0.1, 0.0)
    assert (c.lr_generator, c.lr_discriminator, c.beta1_generator) == (1e-3, 2e-4, 0.5)
    assert c.init_scale**2 == pytest.approx(2 / 16)
    assert c.strength is None
    unstopped = METHODS["liegan-unstopped"].profiles["paper"].model_dump()
    assert c.model_dump() == unstopped | {"stop_ratio": 2.0, "epochs": 500}


@pytest.mark.parametrize(
    ("first", "controls"),
    [
        ("liegan", ["liegan-shuffled"]),
        (
            "liegan-held",
            ["held-shuffled", "held-cone", "held-heavy", "held-heavier", "held-scaled"],
        ),
        ("held-events", ["held-events-shuffled"]),
    ],
)
def test_a_control_differs_in_its_data_alone(first, controls):
    for name in controls:
        assert METHODS[name].profiles["paper"] == METHODS[first].profiles["paper"], name


def test_the_channels_are_as_many_as_the_name_says():
    for name, channels in (("liegan-held", 7), ("held-8", 8)):
        assert METHODS[name].profiles["paper"].channels == channels


@pytest.fixture
def few(monkeypatch):
    """Make a thousand four-momenta where a run makes a hundred thousand."""
    for name in ("massless", "events"):
        make = getattr(four_momenta, name)
        monkeypatch.setattr(four_momenta, name, lambda n, seed, make=make: make(1000, seed))


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """Let a method play a moment, and keep checkpoints out of the checkout."""
    monkeypatch.setattr(paths, "checkpoints", lambda: tmp_path / "checkpoints")

    def shorten(method, profile="paper"):
        config = GameConfig.of(**METHODS[method].profiles[profile].model_dump() | TINY)
        monkeypatch.setitem(METHODS[method].profiles, profile, config)
        return config

    return shorten


def test_a_run_on_made_data_becomes_a_record_and_runs_alike_twice(tiny, few, tmp_path):
    config = tiny("held-events")
    one, same, other = (
        experiments.run(
            EXPERIMENT, "held-events", "paper", RunOptions(seed=seed, device="cpu")
        ).record
        for seed in (1, 1, 2)
    )
    assert one.data.name == "events"
    assert one.data.sha256 == METHODS["held-events"].source("paper", 1).sha256
    assert one.config_hash == config.digest()
    assert (one.data, one.metrics, one.arrays) == (same.data, same.metrics, same.arrays)
    assert one.data.sha256 != other.data.sha256
    assert one.metrics != other.metrics
    assert one.metrics["epochs"] == 3
    assert np.shape(one.arrays["basis"]) == (7, 4, 4)
    norms = np.linalg.norm(one.arrays["last"], axis=(1, 2))
    assert norms == pytest.approx([config.strength] * 7, rel=1e-5)
    assert records.load(records.save(one, tmp_path / "r.json")) == one


@pytest.mark.parametrize(
    ("method", "profile"),
    [("liegan", "paper"), ("augerino-plus", "paper"), ("liegan", "quick")],
)
def test_a_run_on_jets_becomes_a_record(tiny, monkeypatch, method, profile, tmp_path):
    monkeypatch.setattr(task, "jets_of", lambda data: made_up())
    monkeypatch.setattr(store, "checksum", lambda name: "0" * 64)
    tiny(method, profile)
    made = experiments.run(EXPERIMENT, method, profile, RunOptions(seed=0, device="cpu")).record
    assert made.data.name == METHODS[method].data
    assert (made.metrics["discriminator_advantage"] is None) is (method == "augerino-plus")
    assert records.load(records.save(made, tmp_path / "r.json")) == made


def test_what_is_judged_is_what_the_run_found(tiny, few):
    tiny("held-cone")
    run = experiments.run(EXPERIMENT, "held-cone", "paper", RunOptions(seed=3, device="cpu"))
    made = run.record
    assert (made.metrics, made.arrays) == lorentz_metrics.lorentz_metrics(run.found)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((EXPERIMENT, "lorentz", "paper"), rf"^unknown method of {EXPERIMENT} 'lorentz'; .*liegan"),
        ((EXPERIMENT, "held-8", "quick"), r"^unknown profile of held-8 'quick'; there are: paper$"),
    ],
)
def test_an_unknown_name_is_refused_with_the_list(names, message):
    with pytest.raises(InputError, match=message):
        experiments.run(*names, RunOptions(seed=0))


def test_a_missing_file_is_named_with_the_command_that_makes_it(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    with pytest.raises(DamagedFileError, match=r"jets_leading\.npz is missing.*data jets-leading"):
        experiments.run(EXPERIMENT, "liegan", "paper", RunOptions(seed=0, device="cpu"))
