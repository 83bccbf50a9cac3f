"""Messages and their gradients by hand, against the formulas and autograd."""

import pytest
import torch

from liegan_min.equivariant.edge_messages import messages

DOUBLE = 1e-12
#: bfloat16 has 8 bits: relative errors of the values, and of the gradients, where one in some
#: hundred rectifiers may fall on the other side.
BF16, BF16_GRADIENT = 0.02, 0.15

JETS = 3
SHAPES = {"a": "Jnh", "b": "Jnh", "F": "Jnnk", "W": "kh", "U": "hh", "u": "h", "v": "1h", "v0": "1"}
SHAPES |= {"V": "hh", "t": "h", "y": "1h"}
WITH = pytest.mark.parametrize("phi_x", [True, False], ids=["phi_x", "no phi_x"])
SIZES = pytest.mark.parametrize("n", [1, 2, 4])


def scene(n, phi_x, dtype=torch.float64, seed=0, h=5):
    """Return the arguments by name, and edges of jets of n, n - 1, … nodes, without loops."""
    rng = torch.Generator().manual_seed(seed)
    size = {"J": JETS, "n": n, "h": h, "k": 2, "1": 1}
    arguments = {
        name: torch.randn([size[k] for k in shape], generator=rng, dtype=torch.float64)
        for name, shape in SHAPES.items()
        if phi_x or name not in ("V", "t", "y")
    }
    for name in {"U", "v", "V", "y"} & arguments.keys():
        arguments[name] *= (3 / h) ** 0.5
    real = torch.arange(n) < torch.tensor([max(n - k, 1) for k in range(JETS)])[:, None]
    edges = real[:, :, None] & real[:, None] & ~torch.eye(n, dtype=torch.bool)
    leaves = {name: value.to(dtype).requires_grad_() for name, value in arguments.items()}
    return leaves, edges.to(dtype)


def ours(leaves, edges):
    a, b, F, W, U, u, v, v0, *phi_x = leaves.values()
    return messages(a, b, F, edges, W, (U, u), (v, v0), tuple(phi_x) or None)


def formula(leaves, edges):
    """The formulas, one operation after the other."""
    a, b, F, W, U, u, v, v0, *phi_x = leaves.values()
    z = a[:, :, None] + b[:, None] + torch.einsum("bijk,kh->bijh", F, W)
    m = torch.relu(torch.einsum("gh,bijh->bijg", U, torch.relu(z)) + u)
    w = torch.sigmoid((m * v).sum(-1) + v0) * edges
    wm = w[..., None] * m
    if not phi_x:
        return wm.sum(2), a.new_zeros(0)
    V, t, y = phi_x
    hidden = torch.relu(torch.einsum("gh,bijh->bijg", V, wm) + t)
    return wm.sum(2), (hidden * y).sum(-1) * edges


def weights(outputs, seed=1):
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(o.shape, generator=rng, dtype=torch.float64).to(o) for o in outputs]


def gradients(outputs, leaves):
    """Return the gradients of a random sum of the outputs."""
    loss = sum((o * w).sum() for o, w in zip(outputs, weights(outputs), strict=True))
    return dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))


@SIZES
@WITH
def test_messages_are_their_formulas_and_so_are_their_gradients(n, phi_x):
    leaves, edges = scene(n, phi_x)
    found, expected = ours(leaves, edges), formula(leaves, edges)
    for f, e in zip(found, expected, strict=True):
        torch.testing.assert_close(f, e, rtol=DOUBLE, atol=DOUBLE)
    found, expected = gradients(found, leaves), gradients(expected, leaves)
    for name, value in found.items():
        torch.testing.assert_close(value, expected[name], rtol=DOUBLE, atol=DOUBLE, msg=name)
        assert n == 1 or value.any(), name


@SIZES
@WITH
def test_gradients_are_differences(n, phi_x):
    leaves, edges = scene(n, phi_x, seed=2)
    names = list(leaves)

    def function(*values):
        outputs = ours(dict(zip(names, values, strict=True)), edges)
        return outputs if phi_x else outputs[0]

    assert torch.autograd.gradcheck(function, tuple(leaves.values()))


@pytest.mark.parametrize(("phi_x", "which"), [(True, 0), (True, 1), (False, 0)])
def test_one_of_the_outputs_may_be_left_unused(phi_x, which):
    leaves, edges = scene(4, phi_x)
    found = torch.autograd.grad(ours(leaves, edges)[which].sum(), list(leaves.values()))
    expected = torch.autograd.grad(
        formula(leaves, edges)[which].sum(), list(leaves.values()), materialize_grads=True
    )
    for f, e in zip(found, expected, strict=True):
        torch.testing.assert_close(f, e, rtol=DOUBLE, atol=DOUBLE)


@SIZES
@WITH
def test_a_sum_may_be_differentiated_whose_gradient_is_one_number(n, phi_x):
    """As autograd hands it over: expanded, so that nothing may be written into it."""
    leaves, edges = scene(n, phi_x)
    found = torch.autograd.grad(ours(leaves, edges)[0].sum(), leaves["u"])[0]
    expected = torch.autograd.grad(formula(leaves, edges)[0].sum(), leaves["u"])[0]
    torch.testing.assert_close(found, expected, rtol=DOUBLE, atol=DOUBLE)


@SIZES
@WITH
def test_the_gradient_that_comes_in_and_the_arguments_stay_as_they_are(n, phi_x):
    leaves, edges = scene(n, phi_x)
    before = {name: value.detach().clone() for name, value in leaves.items()}
    outputs = ours(leaves, torch.ones_like(edges))
    given = weights(outputs)
    kept = [w.clone() for w in given]
    torch.autograd.grad(outputs, list(leaves.values()), given)
    assert all(torch.equal(g, k) for g, k in zip(given, kept, strict=True))
    assert all(torch.equal(value, before[name]) for name, value in leaves.items())


@WITH
def test_what_is_no_edge_sends_nothing_and_learns_nothing(phi_x):
    leaves, edges = scene(4, phi_x)
    outputs = ours(leaves, edges)
    grads = gradients(outputs, leaves)
    real = edges.any(2)
    assert real.sum() == 4 + 3 + 2
    assert not outputs[0][~real].any()
    assert not grads["a"][~real].any()
    assert not grads["b"][~real].any()
    assert not grads["F"][edges == 0].any()
    if phi_x:
        assert not outputs[1][edges == 0].any()
    shifted = {name: value.detach().clone() for name, value in leaves.items()}
    shifted["a"][~real] += 100
    shifted["b"][~real] -= 100
    shifted["F"][edges == 0] += 100
    for f, e in zip(ours(shifted, edges), outputs, strict=True):
        torch.testing.assert_close(f, e, rtol=DOUBLE, atol=DOUBLE)


@WITH
def test_features_that_need_no_gradient_get_none(phi_x):
    leaves, edges = scene(4, phi_x)
    expected = gradients(formula(leaves, edges), leaves)
    leaves["F"] = leaves["F"].detach()
    rest = {name: value for name, value in leaves.items() if name != "F"}
    for name, value in gradients(ours(leaves, edges), rest).items():
        torch.testing.assert_close(value, expected[name], rtol=DOUBLE, atol=DOUBLE, msg=name)


@WITH
def test_in_bfloat16_messages_and_gradients_are_near_those_in_float32(phi_x):
    leaves, edges = scene(8, phi_x, torch.float32, h=32)
    full = ours(leaves, edges)
    with torch.autocast("cpu", torch.bfloat16):
        low = ours(leaves, edges)
    assert {o.dtype for o in low} == {torch.bfloat16}
    low = [o.float() for o in low]
    for f, e in zip(low, full, strict=True):
        assert (f - e).norm() <= BF16 * e.norm()
    found, expected = gradients(low, leaves), gradients(full, leaves)
    for name, value in found.items():
        assert value.dtype == torch.float32, name
        assert (value - expected[name]).norm() < BF16_GRADIENT * expected[name].norm(), name
