"""The figures that a tagger is judged by, on scores whose figures are known."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liegan_book.experiments.metrics.tagging import (
    CURVE,
    RAPIDITIES,
    passing,
    rates,
    tagging_metrics,
)
from liegan_book.training import roc
from liegan_book.training.tagging import Splits, Trained
from tests.liegan_book.training.test_tagging_invariance import (
    CONFIG,
    EXACT,
    NOTICED,
    ROUNDING,
    made_up,
    network,
)

SEVENTH = 1e-6  # what writing seven digits leaves
LABEL = np.repeat(np.int8([1, 0]), [10, 40])


def scored(*qcd):
    """Tops score 0.5 to 9.5, and some QCD jets as told, the others -1."""
    return np.array([*(np.arange(10) + 0.5), *qcd, *[-1.0] * (40 - len(qcd))])


def test_rates_are_known_for_known_scores():
    """At a half of the tops, 5.5 and above, two QCD jets pass; at three tenths, 7.5, one."""
    s = scored(0.0, 5.0, 6.0, 8.0)
    found = rates(roc.judge(s, LABEL, s, LABEL))
    assert found["rejection_50"] == 20
    assert found["rejection_50_qcd"] == 2
    assert found["rejection_30"] == 40
    assert found["rejection_30_qcd"] == 1
    assert found["rejection_50_low"] < 20 < found["rejection_50_high"]
    assert found["rejection_30_low"] < 40 < found["rejection_30_high"]
    # tops below 5, 6 and 8 are 5, 6 and 8
    assert found["auroc"] == pytest.approx(1 - (5 + 6 + 8) / 400)
    assert found["accuracy"] == pytest.approx(47 / 50)
    assert found["accuracy_error"] == pytest.approx(math.sqrt(47 * 3 / 50**3))


def test_a_rejection_without_bound_is_none():
    found = rates(roc.judge(scored(), LABEL, scored(), LABEL))
    for share in (30, 50):
        assert found[f"rejection_{share}"] is None
        assert found[f"rejection_{share}_high"] is None
        assert found[f"rejection_{share}_qcd"] == 0
        assert found[f"rejection_{share}_low"] == pytest.approx(1 / (1 - 0.16 ** (1 / 40)))
    json.dumps(found, allow_nan=False)


def test_rates_have_the_names_of_the_table():
    rejections = {f"rejection_{s}{end}" for s in (30, 50) for end in ("", "_low", "_high", "_qcd")}
    found = rates(roc.judge(scored(8.0), LABEL, scored(8.0), LABEL))
    assert set(found) == {"accuracy", "accuracy_error", "auroc", "auroc_error"} | rejections


def test_the_curve_says_how_many_qcd_jets_pass():
    assert (CURVE[0], CURVE[-1]) == (0.05, 1)
    assert np.all(np.diff(CURVE) > 0)
    s = scored(0.0, 5.0, 6.0, 8.0)
    found = dict(zip(CURVE.tolist(), passing(s, LABEL), strict=True))
    assert (found[0.1], found[0.3], found[0.5], found[1.0]) == (0, 1 / 40, 2 / 40, 3 / 40)


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1)), max_size=30).map(
        lambda pairs: [*pairs, (3, 0), (5, 1)]
    )
)
def test_the_curve_is_what_counting_gives(pairs):
    s = np.array([float(a) for a, _ in pairs])
    label = np.array([b for _, b in pairs], np.int8)
    found = passing(s, label)

    def counted(share):
        cuts = [t for t in s if np.mean(s[label == 1] >= t) >= share]
        return np.mean(s[label == 0] >= max(cuts))

    for share, passed in zip(CURVE, found, strict=True):
        # whichever way the number of tops that a share makes is rounded
        assert counted(share - EXACT) <= passed <= counted(min(share + EXACT, 1))
    assert found == sorted(found)


def trained(answers):
    """Return a training that gave the test split these answers."""
    jets = made_up()
    return Trained(
        model=network(),
        config=CONFIG,
        splits=Splits(jets.take(slice(50)), jets, jets),
        history=torch.tensor([[0.7, 0.6, 0.5], [1 / 3, 0.5, 0.9]], dtype=torch.float64),
        best=2,
        scores={"validation": answers, "test": answers},
        speed=123.4,
        seconds=5.0,
    )


@pytest.mark.parametrize("perfect", [True, False])
def test_a_training_is_judged_in_numbers_that_can_be_written(perfect):
    jets = made_up()
    rng = np.random.default_rng(0)
    answers = jets.label + (0 if perfect else 2) * rng.normal(size=len(jets))
    metrics, arrays = tagging_metrics(trained(answers))
    json.dumps([metrics, arrays], allow_nan=False)
    expected = rates(roc.judge(answers, jets.label, answers, jets.label))
    assert {k: metrics[k] for k in expected} == expected
    assert (metrics["rejection_50"] is None) is perfect
    assert metrics["parameters"] == sum(p.numel() for p in network().parameters())
    assert (metrics["best_epoch"], metrics["training_jets"]) == (2, 50)
    assert metrics["jets_per_second"] == 123.4
    history = [[0.7, 0.6, 0.5], [1 / 3, 0.5, 0.9]]
    np.testing.assert_allclose(arrays["history"], history, rtol=SEVENTH)
    np.testing.assert_allclose(arrays["passing"], passing(answers, jets.label), rtol=SEVENTH)
    assert len(arrays["invariance_error"]) == len(RAPIDITIES)
    assert max(arrays["invariance_error"]) < ROUNDING
    assert min(arrays["invariance_error_beams_fixed"]) > NOTICED
