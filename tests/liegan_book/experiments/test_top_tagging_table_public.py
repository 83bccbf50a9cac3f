"""The tagging table on the public benchmark: files of its layout, and a run on them."""

import numpy as np
import pandas as pd
import pytest

from liegan_book import experiments, paths, records
from liegan_book.datasets import top_tagging
from liegan_book.experiments import top_tagging as task
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions
from tests.helpers.jet_files import some_jets
from tests.liegan_book.experiments.test_top_tagging_table import EXPERIMENT, METHODS, TINY, small  # noqa: F401

pytest.importorskip("h5py")
pytest.importorskip("tables")

PUBLIC = {"train": "train.h5", "validation": "val.h5", "test": "test.h5"}


@pytest.fixture
def public(monkeypatch, tmp_path):
    """Write jets in the public layout where the public files would be; return their folder."""
    monkeypatch.setattr(paths, "cache", lambda: tmp_path)
    for seed, (split, name) in enumerate(PUBLIC.items()):
        top_tagging.write(tmp_path / name, some_jets(80, seed), top_tagging.TTV[split])
    return tmp_path


def test_public_files_are_read_as_they_were_written(public):
    found = task.public(None)
    cut = task.public(7)
    for seed, split in enumerate(PUBLIC):
        written = some_jets(80, seed)
        jets = getattr(found, split)
        np.testing.assert_array_equal(jets.constituents, written.constituents)
        np.testing.assert_array_equal(jets.counts, written.counts)
        np.testing.assert_array_equal(jets.label, written.label)
        np.testing.assert_array_equal(getattr(cut, split).counts, np.minimum(written.counts, 7))


@pytest.mark.usefixtures("small")
def test_a_run_on_public_files_names_them(public, monkeypatch, tmp_path):
    config = TaggingConfig.of(**TINY, public=True, constituents=6, jets=70)
    monkeypatch.setitem(METHODS["lorentznet"].profiles, "paper", config)
    made = experiments.run(
        EXPERIMENT, "lorentznet", "paper", RunOptions(seed=0, device="cpu")
    ).record
    assert made.data.name == "top-tagging-public"
    assert made.metrics["training_jets"] == 70
    assert records.load(records.save(made, tmp_path / "r.json")) == made
    top_tagging.write(public / "val.h5", some_jets(81, 5), top_tagging.TTV["validation"])
    assert METHODS["lorentznet"].source("paper", 0) != made.data


@pytest.mark.parametrize(("split", "name"), PUBLIC.items())
def test_a_public_file_that_is_not_there_is_named_with_the_command_that_gets_it(
    public, split, name
):
    (public / name).unlink()
    message = rf"^there is no .*{name}; download it with: liegan data top-tagging {split}$"
    with pytest.raises(InputError, match=message):
        experiments.run(EXPERIMENT, "egnn", "paper", RunOptions(seed=0, device="cpu"))


def damage(path, change):
    """Write a public file again, changed."""
    change(pd.read_hdf(path, key="table")).to_hdf(
        path, key="table", format="table", mode="w", complib="blosc", complevel=5
    )


def all_padding(frame):
    frame.iloc[3, :800] = 0
    return frame


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (all_padding, r"test\.h5, row 3: column E_0 is 0, so the jet has no constituent"),
        (lambda frame: frame.drop(columns="is_signal_new"), "missing columns is_signal_new"),
    ],
    ids=["all padding", "no label"],
)
def test_a_public_file_that_is_no_set_of_labelled_jets_is_refused(public, change, message):
    damage(public / "test.h5", change)
    with pytest.raises(DamagedFileError, match=message):
        task.public(5)
