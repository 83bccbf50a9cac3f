"""The committed data sets are what their recipes make."""

import numpy as np
import pytest

from liegan_book.datasets import recipes, store
from liegan_min.base.errors import DamagedFileError


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_committed_data_set_is_what_its_recipe_makes(name):
    if name.startswith("jets"):
        for package in ("pythia8mc", "fastjet", "awkward"):
            pytest.importorskip(package)
    assert recipes.verify(name) < recipes.RECIPES[name].limit


def test_every_data_set_has_a_recipe():
    assert tuple(recipes.RECIPES) == store.NAMES


def test_a_file_of_other_arrays_is_not_what_the_recipe_makes(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    store.write(store.path_of("two-body"), {"train": np.zeros(3)})
    with pytest.raises(DamagedFileError, match=r"two_body\.npz holds train, not train, test"):
        recipes.verify("two-body")
