"""The equivariant perceptron: what it must leave alone, whatever its weights."""

import pytest
import torch

from liegan_min.algebra import groups
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.errors import InputError
from liegan_min.equivariant.emlp import EMLP, EquivariantLinear, Nonlinearity
from liegan_min.equivariant.reps import SCALAR, Rep, Spaces, V
from tests.helpers.equivariance import assert_equivariant, copies, equivariance_error, vector

TIGHT = 1e-8
FLOAT32 = 1e-5
TWO_BODY = groups.diagonal(groups.so(2), 4)


def conjugated(algebra):
    """Return the algebra in other coordinates, stretched by at most a factor of 4."""
    k, rng = algebra.k, torch.Generator().manual_seed(0)
    u, _, vt = torch.linalg.svd(torch.randn(k, k, generator=rng, dtype=torch.float64))
    return groups.conjugate(algebra, u @ torch.diag(torch.linspace(0.5, 2, k).double()) @ vt)


def shaken(net):
    """Move what starts at zero, the biases: zeros would hide a fault.

    The other weights are random already. Larger ones would saturate the gates, and a network with
    its gates stuck has neither gradients nor products to judge.
    """
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in net.parameters():
            if not p.any():
                p.add_(0.3 * torch.randn(p.shape, generator=rng))
    return net.eval()


ALGEBRAS = [groups.so(2), groups.so(3), groups.so13(), TWO_BODY]
EVERY = [*ALGEBRAS, *map(conjugated, ALGEBRAS)]
NAMES = [f"{a.name} on {a.k}{c}" for c in ("", " conjugated") for a in ALGEBRAS]


@pytest.mark.parametrize("algebra", EVERY, ids=NAMES)
@pytest.mark.parametrize("channels", [5 * V, 3 * SCALAR + 2 * V], ids=str)
def test_a_network_commutes_with_the_group_in_float32(algebra, channels):
    net = shaken(EMLP(algebra, 3, 2, channels, tolerance=TIGHT))
    rho_in, rho_out = copies(vector, 3), copies(vector, 2)
    assert_equivariant(
        lambda x: net(x.unflatten(1, (3, algebra.k))).flatten(1),
        rho_in,
        rho_out,
        algebra,
        tolerance=FLOAT32,
        dtype=torch.float32,
        size=2.0,
    )


@pytest.mark.parametrize("algebra", EVERY, ids=NAMES)
def test_the_network_is_no_linear_map(algebra):
    """Else the test above would judge a trivial thing."""
    net = shaken(EMLP(algebra, 2, 2, tolerance=TIGHT))
    x = torch.randn(8, 2, algebra.k, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        once, twice = net(x), net(2 * x)
    assert float((twice - 2 * once).norm() / once.norm()) > 1e-3


def test_a_symmetry_that_was_not_asked_for_is_not_there():
    """A boost moves what a network of rotations alone answers."""
    rotations = LieAlgebra(groups.so13().basis[3:], "rotations")
    net = shaken(EMLP(rotations, 2, 2, tolerance=TIGHT))
    boosts = LieAlgebra(groups.so13().basis[:3], "boosts")
    rho = copies(vector, 2)
    error = equivariance_error(
        lambda x: net(x.unflatten(1, (2, 4)).float()).flatten(1).double(), rho, rho, boosts
    )
    assert float(error.max()) > 1e-3


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (Rep(2, 1), Rep(1, 2)),
        (Rep(0, 2), Rep(2, 2)),
        (Rep(2, 0), Rep(3, 0)),
        (Rep(3, 1), Rep(0, 2)),
    ],
    ids=str,
)
def test_a_linear_layer_has_as_many_weights_as_the_space_has_dimensions(a, b):
    axis = LieAlgebra(torch.block_diag(groups.so(2).basis[0], torch.zeros(1, 1))[None])
    spaces = Spaces(axis, TIGHT)
    layer = EquivariantLinear(a, b, spaces)
    assert sum(p.numel() for p in layer.w.values()) == spaces.dimension(a, b)


def test_a_layer_is_equivariant_with_fixed_vectors_in_its_bias():
    axis = LieAlgebra(torch.block_diag(groups.so(2).basis[0], torch.zeros(1, 1))[None])
    layer = shaken(EquivariantLinear(Rep(2, 1), Rep(2, 2), Spaces(axis, TIGHT))).double()
    layer.requires_grad_(False)
    rng = torch.Generator().manual_seed(0)
    s, v = (torch.randn(d, 4, generator=rng, dtype=torch.float64) for d in (2, 3))
    g = axis.exp(torch.tensor([0.7]))
    for moved, out, n in zip(layer(s, g @ v), layer(s, v), (0, 2), strict=True):
        expected = torch.block_diag(*[g] * n) @ out if n else out
        torch.testing.assert_close(moved, expected, rtol=1e-5, atol=1e-5)
    assert float(layer(0 * s, 0 * v)[1].norm()) > 0


def test_products_make_scalars_that_only_the_forms_allow():
    """The scalars of so(1,3) that come out of vectors are Minkowski products, not lengths."""
    spaces = Spaces(groups.so13(), TIGHT)
    activation = shaken(Nonlinearity(Rep(3, 2), spaces)).requires_grad_(False)
    null, rest = torch.tensor([1.0, 0, 0, 1]), torch.tensor([2.0, 0, 0, 0])
    s = torch.randn(5, 1, generator=torch.Generator().manual_seed(0))
    zero = activation(s, torch.zeros(8, 1))[0]
    torch.testing.assert_close(activation(s, null.repeat(2)[:, None])[0], zero)
    assert float((activation(s, rest.repeat(2)[:, None])[0] - zero).abs().max()) > 1e-3


@pytest.mark.parametrize("channels", [5 * V, 3 * SCALAR + 2 * V], ids=str)
def test_every_weight_has_a_gradient_once_the_biases_have_moved(channels):
    """At the start they are zero, and so are the scalars that the products of scalars need."""
    net = shaken(EMLP(TWO_BODY, 5, 5, channels))
    x = torch.randn(16, 5, 8, generator=torch.Generator().manual_seed(0))
    net(x).square().sum().backward()
    weights = {n: p for n, p in net.named_parameters() if p.numel()}
    assert [n for n, p in weights.items() if p.grad is None or not p.grad.any()] == []


def test_numbers_keep_their_size_through_the_network():
    x = torch.randn(1000, 5, 8, generator=torch.Generator().manual_seed(0))
    for seed in range(5):
        torch.manual_seed(seed)
        with torch.no_grad():
            assert 0.02 < float(EMLP(TWO_BODY, 5, 5)(x).square().mean().sqrt()) < 2


def test_a_state_dict_carries_the_whole_network():
    torch.manual_seed(0)
    a, b = EMLP(TWO_BODY, 5, 5), EMLP(TWO_BODY, 5, 5)
    x = torch.randn(4, 5, 8)
    assert not torch.equal(a(x), b(x))
    b.load_state_dict(a.state_dict())
    assert torch.equal(a(x), b(x))


def turned(algebra, seed=0):
    """The same span in another basis: what decides between null-space bases is then different."""
    rng = torch.Generator().manual_seed(seed)
    mix = torch.linalg.qr(torch.randn(algebra.dim, algebra.dim, generator=rng).double())[0]
    return LieAlgebra(torch.einsum("cd,dij->cij", mix, algebra.basis))


@pytest.mark.parametrize("algebra", [TWO_BODY, groups.so(3)], ids=["two-body", "so(3)"])
def test_weights_are_the_same_function_in_a_network_of_the_same_span(algebra):
    """Whichever bases of its null spaces that network has found for itself."""
    a, b = EMLP(algebra, 2, 2), EMLP(turned(algebra), 2, 2)
    for net in (a, b):  # as if rounding had picked others
        for layer in (*net.linears, *net.bends, net.last):
            for name, basis in layer.named_buffers(recurse=False):
                setattr(layer, name, basis.flip(0) if net is b else basis)
    x = torch.randn(4, 2, algebra.k)
    b.load_state_dict(a.state_dict())
    assert torch.equal(a(x), b(x))


def test_weights_of_an_algebra_without_forms_are_loaded():
    """A dilation keeps no form, so the products have an empty basis."""
    a, b = (EMLP(groups.dilation(2), 1, 1) for _ in range(2))
    assert not len(a.spaces.form.basis)
    b.load_state_dict(a.state_dict())
    x = torch.randn(4, 1, 2)
    assert torch.equal(a(x), b(x))


def test_weights_of_another_algebra_are_refused():
    boost = LieAlgebra(torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]))
    weights = EMLP(groups.so(2), 1, 1).state_dict()
    with pytest.raises(InputError, match=r"belong to another algebra: linears\.0\.basis_vv spans"):
        EMLP(boost, 1, 1).load_state_dict(weights)
    with pytest.raises(RuntimeError, match=r"Missing key.*basis_vv"):
        EMLP(groups.so(2), 1, 1).load_state_dict(
            {k: v for k, v in weights.items() if "basis" not in k}
        )


def test_shapes_follow_the_numbers_of_vectors():
    net = EMLP(groups.so(3), 4, 2, layers=1)
    assert net(torch.zeros(7, 4, 3)).shape == (7, 2, 3)


def test_a_rotated_world_is_learned_from_one_half_of_it():
    """Why equivariance pays: trained where x_1 < 0 alone, the network answers where x_1 > 0."""
    torch.manual_seed(0)
    x = torch.randn(512, 1, 2)
    x[..., 0] = -x[..., 0].abs()
    turn = groups.so(2).exp(torch.tensor([0.5])).float()
    y = x @ turn.T
    net = EMLP(groups.so(2), 1, 1, 4 * V, layers=1, tolerance=TIGHT)
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(300):
        optimiser.zero_grad()
        (net(x) - y).square().mean().backward()
        optimiser.step()
    with torch.no_grad():
        here, there = ((net(z) - z @ turn.T).square().mean() for z in (x, -x))
    torch.testing.assert_close(there, here, rtol=1e-3, atol=1e-6)
    assert float(here) < 0.05


def test_a_layer_without_maps_is_refused():
    """Hom(V, R) of so(3) is empty: no scalar comes linearly out of vectors."""
    with pytest.raises(InputError, match=r"no equivariant map.*Rep\(scalars=0, vectors=2\)"):
        EquivariantLinear(2 * V, 3 * SCALAR, Spaces(groups.so(3), TIGHT))


def test_dimensions_agree_with_the_published_package():
    """Only where `emlp` is installed, with versions of jax and objax that it runs on."""
    published = pytest.importorskip("emlp.groups", exc_type=ImportError)
    reps = pytest.importorskip("emlp.reps", exc_type=ImportError)

    class Ours(published.Group):
        def __init__(self, algebra):
            self.lie_algebra = algebra.basis.numpy()
            self.name = f"{algebra.name}{algebra.k}"
            super().__init__()

        def __repr__(self):
            return self.name

    for algebra in ALGEBRAS:
        group, spaces = Ours(algebra), Spaces(algebra, 1e-5)
        rep = (2 * reps.V + reps.Scalar)(group)
        theirs = (rep >> (3 * reps.V)(group)).equivariant_basis().shape[-1]
        assert spaces.dimension(2 * V + SCALAR, 3 * V) == theirs
