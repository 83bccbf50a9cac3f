"""The exponential of the game, held to SciPy's in float64; so are its gradients."""

import numpy as np
import pytest
import scipy.linalg
import torch

from liegan_min.algebra import expm, groups

EPS = {torch.float32: 1.2e-7, torch.float64: 2.3e-16}


def draw(rng, n, k, size):
    """n random k x k matrices of 1-norm `size`, exact in float32."""
    A = torch.from_numpy(rng.normal(size=(n, k, k)))
    return (size * A / torch.linalg.matrix_norm(A, 1)[:, None, None]).float().double()


def oracle(A):
    return np.stack([scipy.linalg.expm(a) for a in A.double().numpy()])


def frechet(A, G):
    """The gradient of Σ G * exp(A): the derivative of exp at Aᵀ in the direction G."""
    pairs = zip(A.numpy(), G.numpy(), strict=True)
    return np.stack([scipy.linalg.expm_frechet(a.T, g, compute_expm=False) for a, g in pairs])


def relative(a, b):
    b = np.asarray(b)
    return np.linalg.norm(a.double().numpy() - b, axis=(1, 2)) / np.linalg.norm(b, axis=(1, 2))


@pytest.mark.parametrize("k", [1, 2, 4, 8])
@pytest.mark.parametrize("size", [1e-6, 0.1, 1.0, 5.0, 20.0, 60.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_exp_is_as_exact_as_the_condition_of_the_problem_allows(k, size, dtype, rng):
    A = draw(rng, 16, k, size)
    condition = np.array([scipy.linalg.expm_cond(a) for a in A.numpy()])
    error = relative(expm.exp(A.to(dtype)), oracle(A))
    tolerance = {torch.float32: 20 * EPS[dtype], torch.float64: 1e-12}[dtype]  # SciPy's own: 1e-13
    assert (error <= tolerance * np.maximum(1, condition)).all()


@pytest.mark.parametrize("k", [2, 4, 8])
@pytest.mark.parametrize("size", [0.1, 1.0, 5.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_gradient_is_the_frechet_derivative(k, size, dtype, rng):
    A, G = draw(rng, 8, k, size), draw(rng, 8, k, 1.0)
    leaf = A.to(dtype, copy=True).requires_grad_()
    (grad,) = torch.autograd.grad((G.to(dtype) * expm.exp(leaf)).sum(), leaf)
    tolerance = {torch.float32: 50 * EPS[dtype] * max(1, size), torch.float64: 1e-11}[dtype]
    assert (relative(grad, frechet(A, G)) <= tolerance).all()


def test_the_gradient_of_float32_is_that_of_torch_in_float64(rng):
    A, G = draw(rng, 8, 4, 3.0), draw(rng, 8, 4, 1.0)
    grads = []
    for exp, leaf in ((expm.exp, A.float()), (torch.matrix_exp, A.clone())):
        leaf.requires_grad_()
        grads += torch.autograd.grad((G.to(leaf.dtype) * exp(leaf)).sum(), leaf)
    torch.testing.assert_close(grads[0].double(), grads[1], rtol=1e-4, atol=1e-5)


def test_the_second_derivative_exists():
    A = torch.tensor([[[0.1, 0.4], [-0.3, 0.2]]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(expm.exp, A)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_defective_matrix_is_a_polynomial(dtype):
    A = 2 * torch.eye(4, dtype=dtype) + torch.diag(torch.full((3,), 5.0, dtype=dtype), 1)
    powers = [np.linalg.matrix_power(A.numpy() - 2 * np.eye(4), p) for p in range(4)]
    exact = np.exp(2) * (powers[0] + powers[1] + powers[2] / 2 + powers[3] / 6)
    assert relative(expm.exp(A[None]), exact[None]) < 30 * EPS[dtype]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_exp_of_zero_is_the_identity_exactly(dtype):
    zero = torch.zeros(3, 4, 4, dtype=dtype)
    assert torch.equal(expm.exp(zero), torch.eye(4, dtype=dtype).expand(3, 4, 4))


@pytest.mark.parametrize("angle", np.geomspace(1e-4, 10.0, 60))
def test_a_single_matrix_is_as_exact_as_a_batch(angle):
    g = expm.exp(angle * groups.so(3).basis[2])
    exact = torch.tensor([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert (g[:2, :2] - exact).abs().max() < 1e-14 * max(1, angle)


def test_a_small_matrix_does_not_suffer_much_from_a_large_neighbour(rng):
    both = torch.cat([draw(rng, 1, 4, 1e-3), draw(rng, 1, 4, 20.0)]).float()
    assert relative(expm.exp(both)[:1], oracle(both[:1])) < 2e-5


@pytest.mark.parametrize("shape", [(4, 4), (1, 4, 4), (5, 4, 4), (2, 3, 4, 4), (0, 4, 4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_leading_shape_is_kept(shape, dtype):
    assert expm.exp(torch.zeros(shape, dtype=dtype)).shape == shape


def test_a_matrix_that_is_not_finite_gives_one_that_is_not():
    for bad in (torch.nan, torch.inf):
        assert not torch.isfinite(expm.exp(torch.full((1, 2, 2), bad))).any()
