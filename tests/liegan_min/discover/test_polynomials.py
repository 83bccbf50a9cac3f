"""Polynomials and the flow of a matrix on them, against finite differences and symbols by hand."""

import numpy as np
from scipy.linalg import expm

from liegan_min.discover.polynomials import Monomials, number


def test_there_are_as_many_as_are_counted(rng):
    z = rng.standard_normal((30, 3))
    monomials = Monomials.fitted(z, 4)
    assert len(monomials.exponents) == number(3, 4) == 35
    assert len({tuple(e) for e in monomials.exponents}) == 35


def test_each_has_mean_square_one_and_the_value_of_its_exponents(rng):
    z = rng.standard_normal((30, 2))
    monomials = Monomials.fitted(z, 3)
    values = monomials.values(z)
    np.testing.assert_allclose(np.square(values).mean(axis=0), 1)
    i = monomials.exponents.tolist().index([1, 2])
    np.testing.assert_allclose(values[:, i] * monomials.size[i], z[:, 0] * z[:, 1] ** 2)


def test_a_matrix_changes_a_polynomial_at_the_rate_of_its_action(rng):
    z, L, step = rng.standard_normal((40, 3)), rng.standard_normal((3, 3)), 1e-6
    monomials = Monomials.fitted(z, 3)
    f = rng.standard_normal(len(monomials.exponents))
    b = rng.standard_normal(3)
    for moved, flow in (
        (z @ expm(step * L).T, np.column_stack([L, np.zeros(3)])),
        (z + step * b, np.column_stack([np.zeros((3, 3)), b])),
    ):
        rate = (monomials.values(moved) - monomials.values(z)) @ f / step
        acted = np.einsum("ab,abij,j->i", flow, monomials.action(), f)
        np.testing.assert_allclose(monomials.values(z) @ acted, rate, atol=1e-3)
