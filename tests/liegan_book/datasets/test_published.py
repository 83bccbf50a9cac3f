"""The published orbits: a pickle that may hold anything, and is read as arrays or refused."""

import collections
import hashlib
import os
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from liegan_book.datasets import authors, published, released, two_body
from liegan_book.datasets.published import unpickle
from liegan_book.experiments.two_body import fingerprint, two_body_pairs
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError

ORBIT = two_body.orbits(3, seed=1).state
#: As the authors' file has it: all x and y of one quantity side by side.
THEIRS = np.empty_like(ORBIT)
THEIRS[..., published.ORDER] = ORBIT


class Runs:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.fixture
def local(monkeypatch, tmp_path):
    """A file like the authors', under their name and with its checksum; the cache is empty."""
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path / "book"))
    path = tmp_path / authors.FILES["two-body"].name
    path.write_bytes(pickle.dumps({"coords": THEIRS[:2], "test_coords": THEIRS[2:]}, 4))
    theirs = replace(authors.FILES["two-body"], sha256=files.sha256(path))
    monkeypatch.setitem(authors.FILES, "two-body", theirs)
    made = {"train": ORBIT[:2].astype(np.float32), "test": ORBIT[2:].astype(np.float32)}
    monkeypatch.setattr(published, "DIGEST", published._digest(made))
    return path


@pytest.mark.parametrize("protocol", [3, 4])
def test_arrays_of_numbers_are_read(protocol):
    content = {"coords": THEIRS, "test_coords": THEIRS[:1].astype(np.float32)}
    found = unpickle(pickle.dumps(content, protocol), "f.pkl")
    assert found.keys() == content.keys()
    np.testing.assert_array_equal(found["coords"], THEIRS)


def test_a_hostile_pickle_is_an_error_and_runs_nothing(tmp_path):
    made = tmp_path / "made"
    for content in (Runs(made), {"coords": Runs(made)}, {"coords": np.array([Runs(made)])}):
        with pytest.raises(DamagedFileError, match=r"f.pkl is no pickle .*posix.mkdir.*nothing"):
            unpickle(pickle.dumps(content), "f.pkl")
    assert not made.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a pickle",
        pickle.dumps(THEIRS)[:-400],
        pickle.dumps([THEIRS]),
        pickle.dumps({"coords": "text"}),
        pickle.dumps({1: THEIRS}),
        pickle.dumps({"coords": np.array([{}], dtype=object)}),
        pickle.dumps({"coords": np.array(["a"])}),
        pickle.dumps(collections.OrderedDict(coords=THEIRS)),
        b"cnumpy\ndtype\n(S'O'\ntR.",
        b"cbuiltins\neval\n(S'1/0'\ntR.",
    ],
)
def test_what_is_no_dictionary_of_numbers_is_refused(content):
    with pytest.raises(DamagedFileError, match=r"f\.pkl (is no pickle|holds something other)"):
        unpickle(content, "f.pkl")


def test_the_orbits_are_kept_in_our_order_and_checked(local):
    path = published.make(local, progress=False)
    assert path == published.path_of()
    made = published.load()
    np.testing.assert_allclose(made["train"], ORBIT[:2], rtol=1e-6)
    np.testing.assert_allclose(made["test"], ORBIT[2:], rtol=1e-6)
    assert published.checksum() == hashlib.sha256(local.read_bytes()).hexdigest()
    files.write_atomic(path, path.read_bytes()[:-10])
    with pytest.raises(DamagedFileError, match=r"two_body_published\.npz"):
        published.load()
    np.savez(path, **{name: a + 1 for name, a in made.items()})
    with pytest.raises(DamagedFileError, match="was changed; make it anew with: liegan data two-b"):
        published.checksum()


def test_without_them_it_says_how_to_fetch_them(local):
    with pytest.raises(InputError, match="fetch it with: liegan data two-body-published"):
        two_body_pairs(published.NAME)


def test_pairs_are_counted_as_the_published_code_does(local):
    published.make(local, progress=False)
    assert two_body_pairs(published.NAME).x.shape == (2 * 18, 1, 8)
    five = two_body_pairs(published.NAME, "test", 5, 5)
    assert five.x.shape == five.y.shape == (10, 5, 8)
    np.testing.assert_allclose(five.y[-1], ORBIT[2, 14:19], rtol=1e-6)
    assert fingerprint(published.NAME)(0) == authors.FILES["two-body"].sha256
    assert fingerprint("two-body") is None


def test_a_saved_matrix_is_read_from_a_checked_file(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    L = torch.randn(1, 8, 8)
    for name, entry in (("liegan", "Li"), ("augerino-plus", "aug.Li"), ("metric", None)):
        path = authors.target(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(L if entry is None else {entry: L, "sigma": torch.ones(1)}, path)
        theirs = replace(authors.FILES[name], sha256=files.sha256(path))
        monkeypatch.setitem(authors.FILES, name, theirs)
        assert torch.equal(released.matrices(name), L.double())
    with pytest.raises(InputError, match="download it with: liegan data released"):
        released.matrices("symmetrygan")
