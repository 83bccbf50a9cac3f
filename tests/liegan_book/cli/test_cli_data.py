"""`liegan data`: what it makes, what it checks, and what it refuses."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from liegan_book import paths
from liegan_book.cli import data as cli_data
from liegan_book.cli import main as cli
from liegan_book.datasets import download, recipes, store, top_tagging
from liegan_book.datasets.jets import storage
from liegan_book.datasets.jets.packing import unpack
from liegan_min.base import files
from tests.liegan_book.experiments.test_top_tagging_samples import made_up


@pytest.fixture
def liegan(monkeypatch, capsys):
    """Return a function that runs the command line here: (status, output, errors)."""

    def run(*words):
        monkeypatch.setattr("sys.argv", ["liegan", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out = capsys.readouterr()
        return end.value.code, out.out, out.err

    return run


@pytest.fixture
def checkout(monkeypatch, tmp_path):
    """An empty checkout, whose data sets are made in a moment."""
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    quick = {name: recipes.Recipe(lambda: {"a": np.arange(9.0)}) for name in store.NAMES}
    monkeypatch.setattr(recipes, "RECIPES", quick)
    return tmp_path


@pytest.fixture
def simulated(monkeypatch):
    """Put jets of ours in the place of simulated ones; list what was asked for."""
    asked = []

    def make(seed, jets, *rest, **more):
        asked.append((seed, jets))
        return made_up(jets)

    monkeypatch.setattr(storage, "make", make)
    return asked


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def verbs():
    return {
        command.name or command.callback.__name__ for command in cli_data.app.registered_commands
    }


def test_every_data_set_has_a_verb(liegan):
    assert verbs() == {*store.NAMES, "top-tagging", "two-body-published", "released"}
    status, out, _ = liegan("data", "--help")
    assert status == 0
    assert all(verb in out for verb in verbs())


def test_without_a_verb_it_lists_them(liegan):
    status, out, err = liegan("data")
    assert status == 2
    assert all(verb in out + err for verb in verbs())


def test_an_unknown_data_set_is_a_mistake_of_use(liegan):
    status, out, err = liegan("data", "cyclical")
    assert status == 2
    assert "No such command 'cyclical'" in err
    assert out == ""


def test_a_committed_file_is_verified_against_its_recipe(liegan):
    status, out, _ = liegan("data", "two-body", "--verify", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["file"] == str(paths.data() / "two_body.npz")
    assert found["verified"] is True
    assert 0 <= found["difference"] < 1e-5


@pytest.mark.parametrize("name", ["two-body", "two-body-full", "jets-leading", "jets"])
def test_it_makes_a_file_and_then_finds_it_good(liegan, checkout, name):
    path = checkout / "data" / f"{name.replace('-', '_')}.npz"
    status, out, _ = liegan("data", name, "--json")
    assert status == 0
    assert json.loads(out) == {"file": str(path), "sha256": sha256(path)}
    assert liegan("data", name)[1] == f"wrote {path}\n"
    status, out, _ = liegan("data", name, "--verify")
    assert status == 0
    assert out == "difference from the recipe: 0.0e+00 (limit 1e-05)\n"


@pytest.mark.parametrize(("difference", "good"), [(0.0999, True), (0.1, False), (0.7, False)])
def test_a_file_is_good_below_the_limit_of_its_recipe(
    liegan, checkout, monkeypatch, difference, good
):
    recipes.make("jets")
    recipe = recipes.Recipe(dict, lambda kept: difference, limit=0.1)
    monkeypatch.setitem(recipes.RECIPES, "jets", recipe)
    status, out, err = liegan("data", "jets", "--verify", "--json")
    found = json.loads(out)
    assert (found["verified"], found["difference"]) == (good, difference)
    assert status == (0 if good else 2)
    remedy = "liegan: jets: the file is not what its recipe makes; run: liegan data jets\n"
    assert err == ("" if good else remedy)


def test_a_file_that_is_not_there_cannot_be_verified(liegan, checkout):
    status, out, err = liegan("data", "jets-leading", "--verify")
    assert status == 2
    assert "jets_leading.npz is missing" in err
    assert "liegan data jets-leading" in err
    assert out == ""


@pytest.mark.parametrize(("split", "ttv"), [(None, 0), ("test", 1), ("validation", 2)])
def test_new_jets_are_a_file_that_the_reader_reads(liegan, simulated, tmp_path, split, ttv):
    pytest.importorskip("h5py")
    pytest.importorskip("tables")
    path = tmp_path / "new" / "mine.h5"
    told = [] if split is None else ["--split", split]
    status, out, err = liegan(
        "data", "jets", "--out", path, "--jets", 4, "--seed", 7, "--json", *told
    )
    assert status == 0, err
    assert simulated == [(7, 4)]
    assert json.loads(out) == {"file": str(path), "sha256": sha256(path)}
    x, label, *_ = top_tagging.read(path, 6)
    ours = made_up(4)
    np.testing.assert_array_equal(x, ours.leading(6))
    np.testing.assert_array_equal(label, ours.label)
    assert set(pd.read_hdf(path, key="table")["ttv"]) == {ttv}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--verify"], "--verify checks the committed sample; leave --out away"),
        (["--split", "dev"], "--split must be train, test, validation, not 'dev'"),
    ],
)
def test_what_does_not_go_with_out_is_refused_before_anything_is_simulated(
    liegan, simulated, tmp_path, words, message
):
    status, out, err = liegan("data", "jets", "--out", tmp_path / "x.h5", *words)
    assert status == 2
    assert err == f"liegan: {message}\n"
    assert out == ""
    assert simulated == []
    assert list(tmp_path.iterdir()) == []


def test_new_jets_in_little_space_come_back_as_they_were_made(liegan, simulated, tmp_path):
    path = tmp_path / "new.npz"
    status, out, _ = liegan("data", "jets", "--out", path, "--jets", 4, "--seed", 7, "--json")
    assert status == 0
    told = json.loads(out)
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert simulated == [(7, 4)]
    found, made = unpack(files.load_arrays(path)), made_up(4)
    assert np.array_equal(found.label, made.label)
    assert np.array_equal(found.counts, made.counts)
    assert np.allclose(found.constituents, made.constituents, rtol=1e-3)
    other = liegan("data", "jets", "--out", tmp_path / "x.txt")
    assert other[0] == 2
    assert "--out must end in .h5 or .npz, which says the format, not 'x.txt'" in other[2]
    simulated.clear()
    (tmp_path / "file").write_text("")
    shut = liegan("data", "jets", "--out", tmp_path / "file" / "x.npz")
    assert shut[0] == 2
    assert "cannot write" in shut[2]
    assert simulated == []
    again = liegan("data", "jets", "--out", path, "--split", "test")
    assert again[0] == 2
    assert "--split is for the benchmark's layout; leave it away, or name an .h5" in again[2]


@pytest.mark.parametrize(
    "words", [["--jets", 0], ["--jets", 1], ["--jets", "many"], ["--seed", -1]]
)
def test_a_number_out_of_range_is_a_mistake_of_use(liegan, simulated, tmp_path, words):
    status, _, err = liegan("data", "jets", "--out", tmp_path / "x.h5", *words)
    assert status == 2
    assert words[0] in err
    assert simulated == []


@pytest.mark.parametrize(
    ("words", "split", "folder"), [([], "train", None), (["test", "--out"], "test", "mine")]
)
def test_the_public_benchmark_is_fetched_into_the_cache_or_where_told(
    liegan, checkout, monkeypatch, words, split, folder
):
    asked = []

    def fetch(which, where, *rest, **more):
        asked.append((which, where))
        return where / f"{which}.h5"

    monkeypatch.setattr(download, "fetch", fetch)
    expected = checkout / "data" / "cache" if folder is None else checkout / folder
    told = words if folder is None else [*words, expected]
    status, out, _ = liegan("data", "top-tagging", *told, "--json")
    assert status == 0
    assert asked == [(split, expected)]
    assert json.loads(out) == {"file": str(expected / f"{split}.h5")}
