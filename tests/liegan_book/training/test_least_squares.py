"""The linear predictor, on maps that are linear and on orbits."""

import numpy as np
import pytest
import torch

from liegan_book.experiments import two_body_pairs
from liegan_book.training.least_squares import LinearConfig, least_squares
from liegan_book.training.prediction import predict
from liegan_min.base.errors import InputError
from liegan_min.game.pairs import as_pairs


def linear_pairs(n=200, noise=0.0):
    rng = np.random.default_rng(0)
    A, x = rng.normal(size=(6, 4)), rng.normal(size=(n, 3, 2))
    y = (x.reshape(n, 6) @ A).reshape(n, 2, 2)
    return as_pairs(x, y + noise * rng.normal(size=y.shape), "vector"), A


def test_a_linear_map_is_found():
    pairs, A = linear_pairs()
    found = least_squares(pairs, pairs, LinearConfig())
    np.testing.assert_allclose(found.model.W.numpy(), A, atol=1e-5)
    assert predict(found.model, pairs.x).shape == pairs.y.shape


def test_it_is_numpys_least_squares():
    pairs, _ = linear_pairs(noise=0.3)
    found = least_squares(pairs, pairs, LinearConfig())
    x, y = pairs.x.flatten(1).double().numpy(), pairs.y.flatten(1).double().numpy()
    slow = np.linalg.lstsq(x, y, rcond=1e-6)[0]
    np.testing.assert_allclose(found.model.W.numpy(), slow, atol=1e-9)
    assert float(found.curve[0, 1]) == pytest.approx(((x @ slow - y) ** 2).mean(), rel=1e-4)


def test_orbits_that_fill_half_of_the_space_do_not_blow_it_up():
    train, test = (two_body_pairs("two-body", split, 5, 5) for split in ("train", "test"))
    found = least_squares(train, test, LinearConfig())
    assert found.model.W.abs().max() < 100
    assert float(found.curve[0, 2]) < 1e-7


def test_a_seed_draws_the_half_that_is_used():
    pairs, _ = linear_pairs(noise=0.3)
    config = LinearConfig(subsample=0.5)
    a, b, c = (least_squares(pairs, pairs, config, seed=s).model.W for s in (1, 1, 2))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_without_y_there_is_nothing_to_fit():
    x = as_pairs(np.random.default_rng(0).normal(size=(5, 1, 2)))
    with pytest.raises(InputError, match="needs vectors y"):
        least_squares(x, x, LinearConfig())
