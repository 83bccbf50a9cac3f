"""An answer as a value."""

import numpy as np

from liegan_min.algebra import groups
from liegan_min.discover.answer import Answer


def test_an_answer_without_a_basis_has_no_algebra():
    assert Answer("none").dimension == 0
    assert Answer("none").algebra is None


def test_an_answer_with_one_has_it_as_an_algebra():
    found = Answer("found", basis=groups.so(3).basis.numpy())
    assert found.dimension == 3
    np.testing.assert_array_equal(found.algebra.basis.numpy(), groups.so(3).basis.numpy())
