"""The generator: what it moves, what it leaves alone, and where it may search."""

import pytest
import torch

from liegan_min.algebra import groups
from liegan_min.base.errors import InputError
from liegan_min.game.coefficients import IntegerGrid, Normal, Uniform
from liegan_min.game.generator import LieGenerator

BLOCKS = torch.block_diag(torch.ones(2, 2), torch.ones(2, 2))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_g_is_the_exponential_of_w_times_l():
    generator = LieGenerator(3, Normal(2))
    w = generator.coefficients.sample(5, seeded())
    g = generator.sample(5, seeded())
    torch.testing.assert_close(g.double(), generator.algebra.exp(w), rtol=1e-5, atol=1e-5)


def test_x_and_y_are_moved_by_the_same_g():
    x = torch.randn(6, 4, 3, generator=seeded())
    gx, gy = LieGenerator(3)(x, x[:, :2], seeded())
    assert torch.equal(gx[:, :2], gy)


def test_each_sample_has_its_own_g_and_all_its_vectors_share_it():
    x = torch.ones(6, 4, 3)
    gx, _ = LieGenerator(3)(x, None, seeded())
    torch.testing.assert_close(gx, gx[:, :1].expand_as(gx))
    assert (gx[0] - gx[1]).abs().max() > 1e-3


def test_moved_data_is_g_times_data():
    x = torch.randn(6, 4, 3, generator=seeded(1))
    generator = LieGenerator(3)
    gx, _ = generator(x, None, seeded())
    g = generator.sample(6, seeded())
    torch.testing.assert_close(gx, torch.einsum("bij,btj->bti", g, x))


@pytest.mark.parametrize("y_kind", ["scalar", "label"])
@pytest.mark.parametrize("y", [torch.arange(6), torch.randn(6, 2, 3)], ids=["class", "numbers"])
def test_scalars_and_labels_are_not_touched(y_kind, y):
    _, gy = LieGenerator(3, y_kind=y_kind)(torch.ones(6, 1, 3), y, seeded())
    assert gy is y


def test_without_y_there_is_none_to_move():
    assert LieGenerator(2)(torch.ones(3, 1, 2), None, seeded())[1] is None


@pytest.mark.parametrize("channels", [1, 3])
def test_the_mask_holds_after_steps_of_the_optimiser(channels):
    generator = LieGenerator(4, Normal(channels), mask=BLOCKS)
    optimiser = torch.optim.Adam(generator.parameters(), lr=0.1, weight_decay=0.1)
    x = torch.randn(32, 1, 4, generator=seeded())
    start = generator.L.detach().clone()
    for seed in range(3):
        optimiser.zero_grad()
        gx, _ = generator(x, None, seeded(seed))
        (gx - x.flip(-1)).square().mean().backward()
        optimiser.step()
    L = generator.L.detach()
    assert torch.equal(L[:, BLOCKS == 0], torch.zeros(channels, 8))
    assert (L - start)[:, BLOCKS == 1].abs().min() > 0


def test_a_masked_generator_does_not_mix_what_the_mask_separates():
    x = torch.cat([torch.randn(6, 1, 2, generator=seeded()), torch.zeros(6, 1, 2)], dim=-1)
    gx, _ = LieGenerator(4, mask=BLOCKS)(x, None, seeded())
    assert torch.equal(gx[..., 2:], torch.zeros(6, 1, 2))


def test_gradients_reach_every_channel_and_the_coefficients():
    generator = LieGenerator(3, Normal(2, learnable=True))
    gx, _ = generator(torch.ones(8, 1, 3), None, seeded())
    gx.square().sum().backward()
    assert generator.free.grad.abs().amin(dim=(1, 2)).min() > 0
    assert generator.coefficients.scale.grad.abs().sum() > 0


def test_the_gradient_is_that_of_finite_differences():
    generator = LieGenerator(2, Uniform(2)).double()
    x = torch.randn(4, 1, 2, generator=seeded(), dtype=torch.float64)

    def loss(free):
        L = free * generator.mask
        w = generator.coefficients.sample(4, seeded())
        g = torch.matrix_exp(torch.einsum("nc,cij->nij", w, L))
        return (g @ x.mT).sin().sum()

    gx, _ = generator(x, None, seeded())
    (grad,) = torch.autograd.grad(gx.sin().sum(), generator.free)
    h, free = 1e-6, generator.free.detach()
    for index in torch.cartesian_prod(*map(torch.arange, free.shape)):
        step = torch.zeros_like(free)
        step[tuple(index)] = h
        slope = (loss(free + step) - loss(free - step)) / (2 * h)
        assert float(grad[tuple(index)]) == pytest.approx(float(slope), abs=1e-7)


def test_integer_coefficients_give_powers_of_one_element():
    generator = LieGenerator(2, IntegerGrid(1, -3, 3))
    with torch.no_grad():
        generator.free.copy_(2 * torch.pi / 7 * groups.so(2).basis)
    seventh = torch.linalg.matrix_power(generator.sample(50, seeded()), 7)
    torch.testing.assert_close(seventh, torch.eye(2).expand(50, 2, 2), rtol=0, atol=1e-4)


def test_a_start_of_scale_0_is_the_identity():
    g = LieGenerator(3, init_scale=0.0).sample(5, seeded())
    assert torch.equal(g, torch.eye(3).expand(5, 3, 3))


def test_the_scale_of_the_start_is_its_standard_deviation():
    L = LieGenerator(20, Normal(10), init_scale=0.5).L
    assert float(L.detach().std()) == pytest.approx(0.5, rel=0.05)


def test_a_seed_decides_the_start_and_the_draw():
    one, same, other = (LieGenerator(3, rng=seeded(s)) for s in (1, 1, 2))
    assert torch.equal(one.L, same.L)
    assert not torch.equal(one.L, other.L)
    assert torch.equal(one.sample(4, seeded(3)), same.sample(4, seeded(3)))


def test_the_algebra_is_a_value_cut_from_the_graph():
    generator = LieGenerator(3, Normal(2), mask=torch.tril(torch.ones(3, 3)))
    algebra = generator.algebra
    assert torch.equal(algebra.basis, generator.L.detach().double())
    assert not algebra.basis.requires_grad


@pytest.mark.parametrize("mask", [torch.ones(2, 3), torch.ones(3), torch.ones(1, 2, 2)])
def test_a_mask_of_another_shape_is_refused(mask):
    with pytest.raises(InputError, match=r"mask must be \(2, 2\)"):
        LieGenerator(2, mask=mask)


def test_a_mask_that_leaves_nothing_to_learn_is_refused():
    with pytest.raises(InputError, match="at least one 1"):
        LieGenerator(2, mask=torch.zeros(2, 2))


@pytest.mark.parametrize("strength", [None, 0.7])
def test_within_an_algebra_l_stays_in_its_span_after_steps_of_the_optimiser(strength):
    told = groups.so(4)
    generator = LieGenerator(4, Normal(2), within=told, strength=strength)
    optimiser = torch.optim.Adam(generator.parameters(), lr=0.1, weight_decay=0.1)
    x = torch.randn(32, 1, 4, generator=seeded())
    for _ in range(5):
        optimiser.zero_grad()
        generator(x, None, seeded())[0].sin().sum().backward()
        optimiser.step()
    L = generator.L.detach()
    torch.testing.assert_close(L, -L.mT)
    assert L.norm(dim=(1, 2)).min() > 1e-3
    torch.testing.assert_close(generator.basis(generator.free).detach(), L)


def test_within_one_direction_a_strength_leaves_only_its_sign():
    plane = groups.so(3).basis[2:]
    found = set()
    for seed in range(8):
        generator = LieGenerator(
            3, within=groups.LieAlgebra(5 * plane), strength=2**0.5, rng=seeded(seed)
        )
        L = generator.L.detach()[0].double()
        found.add(round(float(L[1, 0])))
        torch.testing.assert_close(L, L[1, 0] * plane[0], rtol=1e-6, atol=1e-6)
    assert found == {-1, 1}


def test_within_all_of_gl_the_basis_is_free():
    free, told = LieGenerator(3), LieGenerator(3, within=groups.gl(3))
    torch.testing.assert_close(told.L, free.L)


def test_a_generator_has_no_more_to_save_for_being_told():
    assert (
        LieGenerator(3, within=groups.so(3)).state_dict().keys()
        == LieGenerator(3).state_dict().keys()
    )


@pytest.mark.parametrize(
    ("within", "mask", "message"),
    [
        (groups.so(2), None, r"^within must act on R\^3, not on R\^2$"),
        (groups.LieAlgebra(torch.zeros(1, 3, 3)), None, r"^the basis is zero"),
        (groups.so(3), torch.eye(3), r"^give a mask or within, not both: they are two search"),
    ],
)
def test_an_algebra_that_is_no_search_space_is_refused(within, mask, message):
    with pytest.raises(InputError, match=message):
        LieGenerator(3, within=within, mask=mask)
