"""White coordinates that do not depend on units or mixtures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.base.errors import InputError
from liegan_min.discover.frame import frame


def skewed(rng, n=400, k=3, t=2):
    return rng.gamma(2, 1, (n, t, k)) @ rng.standard_normal((k, k)) - 1


def test_in_the_frame_second_moments_are_one(rng):
    x = skewed(rng)
    z = frame(x).white(x).reshape(-1, 3)
    np.testing.assert_allclose(z.T @ z / len(z), np.eye(3), atol=1e-12)


def test_back_undoes_forth_on_the_support(rng):
    x = skewed(rng, k=2) @ rng.standard_normal((2, 5))
    f = frame(x)
    assert f.rank == 2
    np.testing.assert_allclose(f.white(x) @ f.back.T, x, atol=1e-12)
    np.testing.assert_allclose(f.forth @ f.back, np.eye(2), atol=1e-12)


@given(st.lists(st.integers(-24, 21), min_size=3, max_size=3), st.permutations(range(3)))
def test_units_and_the_order_of_columns_do_not_matter(powers, order):
    x = skewed(np.random.default_rng(0))
    units = 10.0 ** np.array(powers)
    z, other = frame(x).white(x), (x * units)[:, :, order]
    np.testing.assert_allclose(frame(other).white(other), z, atol=1e-9)


def test_mixtures_of_columns_do_not_matter(rng):
    x, A = skewed(rng), rng.standard_normal((3, 3))
    np.testing.assert_allclose(frame(x @ A.T).white(x @ A.T), frame(x).white(x), atol=1e-9)


def test_a_matrix_of_the_frame_moves_data_as_it_moves_white_vectors(rng):
    x = skewed(rng, k=2) @ rng.standard_normal((2, 4))
    f, L = frame(x), rng.standard_normal((2, 2))
    np.testing.assert_allclose(x @ f.returned(L).T, f.white(x) @ L.T @ f.back.T, atol=1e-12)


def test_a_readable_basis_depends_on_the_span_alone(rng):
    x = rng.standard_normal((500, 1, 3))
    f = frame(x)
    turn = np.zeros((3, 3, 3))
    for i, (a, b) in enumerate([(1, 2), (2, 0), (0, 1)]):
        turn[i, b, a], turn[i, a, b] = 1, -1
    white = f.forth @ (f.unit[:, None] * turn / f.unit) @ f.back
    mix = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    one, how = f.readable(white)
    other, _ = f.readable(np.einsum("ij,jkl->ikl", mix, white))
    np.testing.assert_allclose(one, other, atol=1e-9)
    np.testing.assert_allclose(np.einsum("ij,jkl->ikl", how, f.returned(white)), one, atol=1e-12)
    inner = one / f.unit[:, None] * f.unit
    np.testing.assert_allclose(np.sort(np.abs(inner).ravel())[-6:], 0.5**0.5, atol=1e-9)


def test_one_generator_turns_by_one_radian_in_a_unit_of_time(rng):
    x = rng.standard_normal((500, 1, 2)) * [3, 1e-9]
    f = frame(x)
    (L,), _ = f.readable(f.forth @ np.array([[[0, -7], [7 / 9e18, 0]]]) @ f.back)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(L)), 1, rtol=1e-9)


def test_the_angle_between_spans_has_no_units(rng):
    f = frame(rng.standard_normal((500, 1, 2)) * [3, 1e-9])
    white = np.array([[[0, -1.0], [1, 0]]]), np.array([[[0.0, -1], [1, 1]]])
    told = f.angle(*(f.back @ L @ f.forth for L in white))
    assert told == pytest.approx(np.degrees(np.arccos(2 / 6**0.5)))
    assert f.angle(f.returned(white[0]), -7 * f.returned(white[0])) < 1e-5


def test_zero_data_are_refused():
    with pytest.raises(InputError, match=r"^x is zero everywhere: .*check the data$"):
        frame(np.zeros((5, 1, 2)))
