"""Bets: never won for long against a law that is kept, won against one that is not."""

import math

import numpy as np
import pytest
import scipy.stats
import torch

from liegan_book.datasets import cyclic
from liegan_min.algebra import groups
from liegan_min.algebra.moments import second_moments
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.discrete.evidence import TEMPERS, EvidenceConfig, fit_evidence
from liegan_min.discrete.rotation_group import powers
from liegan_min.game.pairs import as_pairs

R_Z = groups.so(3).basis[2]
BRIEF = EvidenceConfig(stack=2, hidden=(8,), waves={"count": 8}, batch=32, epochs=1, held_out=40)


def brief(pairs=None, *, held=None, seed=100, axis=R_Z, **changes):
    pairs = cyclic.pairs(200, 3, seed=100) if pairs is None else pairs
    config = BRIEF.changed(**changes)
    return fit_evidence(pairs, axis, config, held=held, options=RunOptions(seed=seed, device="cpu"))


def c_n(n, axis=R_Z):
    return powers(2 * math.pi / n * axis, range(1, n))


@pytest.fixture(scope="module")
def rash():
    """A discriminator that was hardly trained and is sure of everything."""
    book = brief()
    with torch.no_grad():
        book.discriminator.weights[-1].mul_(30)
    assert book.T(book.held.x, book.held.y).std() > 1
    return book


def evidence(book, laws, g):
    """log e on samples of its own for each seed of a law."""
    logs = []
    for pairs in laws:
        book.held = pairs
        logs.append(book.log_e_value(g))
    return np.array(logs)


def kept(n, repeats, order=3):
    """Fresh samples of a law that C_3 keeps."""
    made = cyclic.pairs(n * repeats, order, seed=101)
    return [made.take(torch.arange(i * n, (i + 1) * n)) for i in range(repeats)]


def test_where_the_law_is_kept_a_fortune_is_as_rare_as_promised(rash):
    repeats = 400
    logs = evidence(rash, kept(30, repeats), c_n(3))
    assert logs.std() > 1  # it does bet
    for alpha in (0.3, 0.1, 0.03):
        won = int((logs >= math.log(1 / alpha)).sum())
        assert scipy.stats.binomtest(won, repeats, alpha, alternative="greater").pvalue > 1e-4


def test_where_the_law_is_kept_a_bet_is_fair(rash):
    """Few samples, so that e is at most 2³ and its mean over many bets is well known."""
    e = np.exp(evidence(rash, kept(3, 1500), c_n(3)))
    error = e.std() / math.sqrt(len(e))
    assert error < 0.05
    assert abs(e.mean() - 1) < 4 * error


def test_the_size_of_a_set_is_no_evidence(rash, monkeypatch):
    """Three copies of a matrix are the same set; without blur the tosses are the same, too."""
    monkeypatch.setattr(rash, "blur", 0.0)
    g = powers(R_Z, [0.7])
    for pairs in kept(30, 5):
        tossed = []
        for copies in (g, g.expand(3, 3, 3)):
            rash.held = pairs
            rash.rng.manual_seed(5)
            tossed.append(rash.log_e_value(copies))
        assert abs(tossed[0]) > 0.1
        assert tossed[1] == pytest.approx(tossed[0], rel=1e-5)


@pytest.mark.parametrize("heads", [True, False])
def test_a_stake_is_twice_the_probability_of_what_the_coin_said(rash, monkeypatch, heads):
    """One g, and a coin that always falls alike: e from the formula, product by product."""
    monkeypatch.setattr(torch, "rand", lambda *a, **k: torch.full(a, 0.0 if heads else 0.9))
    monkeypatch.setattr(rash, "blur", 0.0)
    for pairs in kept(25, 5):
        rash.held = pairs
        g = powers(R_Z, [0.7])
        shown = pairs.x @ g[0].float().T if heads else pairs.x
        T = rash.T(shown, pairs.y)
        back = rash.T(shown @ torch.linalg.inv(g[0]).float().T, pairs.y)
        fortunes = []
        for temper in TEMPERS:
            moved, still = (temper * back).exp(), (temper * T).exp()
            right = (moved if heads else still) / (moved + still)
            fortunes.append(float((2 * right).prod()))
        assert math.exp(rash.log_e_value(g)) == pytest.approx(np.mean(fortunes), rel=1e-4)


def test_nothing_can_be_won_against_the_identity(rash):
    rash.held = kept(30, 1)[0]
    assert rash.log_e_value(torch.eye(3)[None]) == pytest.approx(0, abs=1e-4)


SKILLED = EvidenceConfig(
    stack=2,
    hidden=(32, 32),
    waves={"count": 24, "fastest": 6.0},
    batch=64,
    epochs=8,
    held_out=1000,
)


@pytest.fixture(scope="module")
def skilled():
    return fit_evidence(
        cyclic.pairs(4000, 3, seed=100), R_Z, SKILLED, options=RunOptions(seed=100, device="cpu")
    )


def test_turns_that_do_not_keep_a_law_are_refuted_and_those_that_do_are_not(skilled):
    limit = math.log(1000)
    assert skilled.log_e_value(c_n(3)) < limit
    for n in (2, 4, 5, 6):
        assert skilled.log_e_value(c_n(n)) > limit
    assert skilled.log_e_value(powers(math.pi / 3 * R_Z, (-1, 1))) > limit


def test_evidence_grows_with_the_samples(skilled):
    held = skilled.held
    few = evidence(skilled, [held.take(torch.arange(100))], c_n(2))
    all_ = evidence(skilled, [held], c_n(2))
    assert all_ > few + 10


def test_vectors_are_turned_and_judged_with_x():
    """A half plane, which no turn keeps, and the same spun about; y is x a quarter turn on."""
    x = np.random.default_rng(100).normal(size=(3000, 2))
    x[:, 1] = np.abs(x[:, 1])
    angle = np.random.default_rng(101).uniform(0, 2 * np.pi, size=3000)
    c, s = np.cos(angle), np.sin(angle)
    spun = np.stack([c * x[:, 0] - s * x[:, 1], s * x[:, 0] + c * x[:, 1]], axis=1)
    axis = groups.so(2).basis[0]
    config = SKILLED.changed(epochs=3, held_out=500)
    turns = powers(2 * math.pi / 5 * axis, range(1, 5))
    for samples, refuted in ((spun, False), (x, True)):
        pairs = as_pairs(samples, np.stack([-samples[:, 1], samples[:, 0]], axis=1), "vector")
        book = fit_evidence(pairs, axis, config, options=RunOptions(seed=100, device="cpu"))
        assert (book.log_e_value(turns) > math.log(1000)) is refuted


def test_what_is_shown_is_blurred_within_the_law_of_the_second_moments():
    S = torch.tensor([[2.0, 0.3, 0.0], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
    x = torch.randn(4000, 1, 3, generator=torch.Generator().manual_seed(0)) @ S
    pairs = as_pairs(x.numpy())
    root = torch.linalg.inv(torch.linalg.cholesky(second_moments(pairs.x)))
    axis = groups.conjugate(groups.so(3), torch.linalg.inv(root)).basis[0]
    root, held = root.float(), pairs.take(torch.arange(1000))
    book = brief(pairs, held=held, axis=axis, blur=0.02)
    z = book.held.x
    round_, after = z @ root.T, book.blurred(z) @ root.T
    torch.testing.assert_close(after.norm(dim=2), round_.norm(dim=2), rtol=1e-4, atol=1e-4)
    # Two of three directions carry a point sideways, each by an angle of sd 0.02.
    turned = ((after - round_).norm(dim=2) / round_.norm(dim=2)).square().mean().sqrt()
    assert turned == pytest.approx(0.02 * math.sqrt(2), rel=0.35)
    assert torch.equal(brief(pairs, held=held, axis=axis, blur=0.0).blurred(z), z)


def test_T_is_the_mean_of_the_discriminators(rash):  # noqa: N802 - the symbol
    z, y = kept(5, 1)[0].x, kept(5, 1)[0].y
    shown = [a.repeat_interleave(2, 0) for a in (z, y)]
    expected = rash.discriminator(*shown).detach().double().view(5, 2).mean(1)
    torch.testing.assert_close(rash.T(z, y), expected)


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        (torch.eye(2), r"^axis must be \(3, 3\), as x is of R\^3, not \(2, 2\)"),
        (R_Z[0], r"^axis must be \(3, 3\), as x is of R\^3, not \(3,\)"),
        (1.1 * R_Z, r"^axis must close at 2π: exp\(2π axis\) = 1"),
        (math.nan * R_Z, r"^axis must close at 2π"),
        (torch.diag(torch.tensor([1.0, -1.0, 0.0])), r"^axis must close at 2π"),
        (torch.zeros(3, 3), r"^axis must close at 2π"),
    ],
)
def test_an_axis_about_which_nothing_turns_is_refused(axis, message):
    with pytest.raises(InputError, match=message):
        brief(axis=axis)


def test_a_label_is_refused():
    labelled = as_pairs(cyclic.pairs(200, 3).x.numpy(), np.arange(200) % 3, "label")
    with pytest.raises(InputError, match=r"^y is a label; e-values are for vectors and numbers"):
        brief(labelled)


@pytest.mark.parametrize("shape", [(3, 3), (0, 3, 3), (2, 2, 2), (1, 3, 2)])
def test_a_set_of_other_matrices_is_refused(rash, shape):
    message = rf"^g must be matrices, \(m, 3, 3\), m >= 1, not \({shape[0]}, "
    with pytest.raises(InputError, match=message):
        rash.log_e_value(torch.ones(shape))


@pytest.mark.parametrize(
    ("field", "value"),
    [("stack", 0), ("batch", 1), ("epochs", 0), ("blur", -0.1), ("held_out", 0), ("lr", 0.0)],
)
def test_a_wrong_field_is_named(field, value):
    with pytest.raises(InputError, match=rf"^{field}: .*\(got {value!r}\)"):
        EvidenceConfig.of(**{field: value})
