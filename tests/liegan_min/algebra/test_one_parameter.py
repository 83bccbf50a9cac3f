"""Many elements from the powers of one matrix, held to SciPy's float64; so are the gradients."""

import numpy as np
import scipy.linalg
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_min.algebra import groups
from liegan_min.algebra.one_parameter import one_parameter

EPS = 1.2e-7


def draw(seed, n, k, size):
    """n coefficients, and L of 1-norm `size` / max |w|; both exact in float32."""
    rng = np.random.default_rng(seed)
    w, L = rng.normal(size=n), rng.normal(size=(k, k))
    L *= size / np.abs(L).sum(0).max() / np.abs(w).max()
    return torch.from_numpy(w).float(), torch.from_numpy(L).float()


def relative(a, b):
    return np.linalg.norm(a.detach().double().numpy() - b) / np.linalg.norm(b)


@given(
    seed=st.integers(0, 2**31 - 1),
    k=st.sampled_from([1, 2, 4, 8]),
    size=st.sampled_from([1e-6, 0.1, 1.0, 5.0, 20.0]),
)
def test_each_element_is_as_exact_as_its_condition_allows(seed, k, size):
    w, L = draw(seed, 5, k, size)
    for g, v in zip(one_parameter(w, L), w.double().numpy(), strict=True):
        A = v * L.double().numpy()
        allowed = 30 * EPS * max(1, scipy.linalg.expm_cond(A)) * max(1, size)
        assert relative(g, scipy.linalg.expm(A)) <= allowed


@given(seed=st.integers(0, 2**31 - 1), size=st.sampled_from([0.1, 1.0, 5.0]))
def test_both_gradients_are_those_of_the_frechet_derivative(seed, size):
    w, L = draw(seed, 6, 4, size)
    G = torch.from_numpy(np.random.default_rng(seed + 1).normal(size=(6, 4, 4))).float()
    w.requires_grad_()
    L.requires_grad_()
    dw, dL = torch.autograd.grad((G * one_parameter(w, L)).sum(), [w, L])
    exact_w, exact_L = [], np.zeros((4, 4))
    for v, g in zip(w.detach().double().numpy(), G.double().numpy(), strict=True):
        A = L.detach().double().numpy()
        exact_w.append((g * (A @ scipy.linalg.expm(v * A))).sum())
        exact_L += v * scipy.linalg.expm_frechet(v * A.T, g, compute_expm=False)
    scale = np.linalg.norm(exact_L) + np.abs(w.detach().numpy()).max()
    assert np.linalg.norm(dL.numpy() - exact_L) <= 1e-4 * scale
    assert np.linalg.norm(dw.numpy() - exact_w) <= 1e-4 * (np.linalg.norm(exact_w) + 1)


def test_a_large_angle_keeps_what_float32_knows_of_it():
    w = torch.linspace(-50, 50, 41)
    g = one_parameter(w, groups.so(2).basis[0].float())
    cos, sin = torch.cos(w.double()), torch.sin(w.double())
    exact = torch.stack([cos, -sin, sin, cos], 1).view(-1, 2, 2)
    assert float((g - exact).abs().max()) < 50 * EPS


def test_coefficients_that_are_all_zero_give_the_identity_exactly():
    g = one_parameter(torch.zeros(3), torch.randn(4, 4))
    assert torch.equal(g, torch.eye(4).expand(3, 4, 4))


def test_no_coefficients_give_no_elements():
    assert one_parameter(torch.zeros(0), torch.eye(3)).shape == (0, 3, 3)


def test_float64_keeps_its_digits():
    w, L = torch.tensor([0.3, -2.0]).double(), groups.so13().basis.sum(0)
    exact = np.stack([scipy.linalg.expm(v * L.numpy()) for v in w.tolist()])
    assert relative(one_parameter(w, L), exact) < 1e-13


def test_a_matrix_that_is_not_finite_gives_elements_that_are_not():
    for bad in (torch.nan, torch.inf):
        g = one_parameter(torch.ones(2), torch.full((2, 2), bad))
        assert not torch.isfinite(g).any(), bad
