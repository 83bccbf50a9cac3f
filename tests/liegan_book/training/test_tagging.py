"""The training of a tagger: replayed with a plain loop, its scores, and what it refuses."""

import sys

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from liegan_book.training import tagging
from liegan_book.training.tagging import Splits, scores
from liegan_min.base import checkpoint
from liegan_min.base.errors import InputError, MissingExtraError
from liegan_min.base.options import pick_device
from liegan_min.equivariant.jet_graph import JetGraphs
from liegan_min.equivariant.jets import Jets
from tests.helpers.tagging_worker import (
    CONFIG,
    PLAIN,
    STEPS,
    few,
    network,
    same,
    trained,
    without_idle_biases,
)

pytest.importorskip("accelerate")

ROUNDING = 1e-5  # of losses and scores near 1, in float32
BF16 = 0.02  # of a loss near 0.7: bfloat16 has 8 bits


@pytest.fixture(scope="module")
def whole():
    """A training with dropout that nothing disturbed."""
    return trained()


def one_by_one(model, jets, config):
    """The log-odds of jets that never see another."""
    model.eval()
    out = []
    for i in range(len(jets)):
        graphs, _ = JetGraphs(jets.take(slice(i, i + 1)), config.constituents).batch(np.arange(1))
        with torch.no_grad():
            out.append(float(model(graphs)))
    model.train()
    return torch.tensor(out)


def test_training_is_adamw_on_the_cross_entropy():
    """Replayed with a plain loop; the last of two epochs is no worse, or the first is kept."""
    splits, slow = few(), without_idle_biases(network(PLAIN))
    found = trained(PLAIN, without_idle_biases(network(PLAIN)), seed=3)
    optimiser = torch.optim.AdamW(slow.parameters(), weight_decay=PLAIN.weight_decay)
    graphs = JetGraphs(splits.train, PLAIN.constituents)
    label = torch.from_numpy(splits.validation.label).float()
    history, kept = [], []
    for epoch in range(PLAIN.epochs):
        order, losses = np.random.default_rng([3, epoch]).permutation(len(splits.train)), []
        for step in range(STEPS):  # the jets that are left over wait for another order
            optimiser.param_groups[0]["lr"] = PLAIN.rate(epoch + (step + 1) / STEPS)
            batch, rows = graphs.batch(order[step * PLAIN.batch : (step + 1) * PLAIN.batch])
            y = torch.from_numpy(splits.train.label[rows]).float()
            loss = F.binary_cross_entropy_with_logits(slow(batch), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        answers = one_by_one(slow, splits.validation, PLAIN)
        error = float(F.binary_cross_entropy_with_logits(answers, label))
        right = float(((answers > 0) == (label == 1)).double().mean())
        history.append([np.mean(losses), error, right])
        kept.append({k: v.clone() for k, v in slow.state_dict().items()})
    np.testing.assert_allclose(found.history, history, rtol=0, atol=ROUNDING)
    assert found.best == 1 + int(np.argmax(np.array(history)[:, 2]))
    best = kept[found.best - 1]
    for name, value in found.model.state_dict().items():
        torch.testing.assert_close(value, best[name], rtol=ROUNDING, atol=ROUNDING, msg=name)
    slow.load_state_dict(best)
    for name in ("validation", "test"):
        expected = one_by_one(slow, getattr(splits, name), PLAIN)
        np.testing.assert_allclose(found.scores[name], expected, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize(("right", "best"), [([60, 90, 70], 2), ([50, 80, 80], 2), ([9, 8, 7], 1)])
def test_the_first_epoch_of_highest_validation_accuracy_is_kept(monkeypatch, right, best):
    """With answers that are told, and the weights of each epoch noted when they are asked for."""
    seen = []

    def answers(model, jets):
        seen.append({k: v.clone() for k, v in model.state_dict().items()})
        sign = 2 * jets.label - 1
        if len(seen) <= len(right):
            sign[right[len(seen) - 1] :] *= -1
        return sign

    monkeypatch.setattr(tagging, "scores", answers)
    found = trained(PLAIN.changed(epochs=3, restart=2.5))
    assert found.history[:, 2].tolist() == [n / 100 for n in right]
    assert found.best == best
    after = found.model.state_dict()
    assert all(torch.equal(after[k], v) for k, v in seen[best - 1].items())
    others = [s for i, s in enumerate(seen[:3]) if i != best - 1]
    assert not any(torch.equal(after["embedding.weight"], s["embedding.weight"]) for s in others)


def test_a_seed_draws_the_order_and_the_dropout_and_leaves_the_callers_draws_alone(whole):
    before = torch.get_rng_state()
    assert same(trained(), whole)
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.equal(trained(seed=1).history, whole.history)
    undropped = trained(PLAIN, network(PLAIN))
    assert not torch.equal(undropped.history, whole.history)


def test_what_is_found_is_described(whole):
    assert whole.history.shape == (CONFIG.epochs, 3)
    assert whole.history.isfinite().all()
    assert whole.model.training
    assert whole.splits is few()
    assert {k: len(s) for k, s in whole.scores.items()} == {"validation": 100, "test": 100}
    assert all(s.dtype == np.float64 for s in whole.scores.values())
    assert 0 < STEPS * CONFIG.epochs * CONFIG.batch / whole.speed < whole.seconds


# Scores


@pytest.mark.parametrize("batch", [1, 7, 256])
def test_a_score_depends_on_no_other_jet(whole, monkeypatch, batch):
    monkeypatch.setattr(tagging, "_SCORED", batch)
    jets = few().test
    order = np.random.default_rng(0).permutation(len(jets))
    again = scores(whole.model, tagging.graphs_of(jets.take(order), CONFIG)).numpy()
    np.testing.assert_allclose(again, whole.scores["test"][order], rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("training", [True, False])
def test_scoring_leaves_the_network_as_it_was(training):
    model, jets = network(CONFIG).train(training), tagging.graphs_of(few().test, CONFIG)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    assert torch.equal(scores(model, jets), scores(model, jets))  # no dropout
    assert model.training is training
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("beams", [False, True])
def test_graphs_are_as_the_settings_want_them(rest, beams):
    jets = few().test
    graphs = tagging.graphs_of(jets, CONFIG.changed(constituents=40, rest=rest, beams=beams))
    expected = np.minimum(jets.counts, 40) + (rest & (jets.counts > 40))
    batch, rows = graphs.batch(np.arange(len(jets)))
    assert {int(c) for c in jets.counts > 40} == {0, 1}  # or nothing would be left out, or all
    np.testing.assert_array_equal(batch.counts.numpy(), expected[rows] + 2 * beams)


# Where and how


def test_in_bfloat16_the_losses_are_near_those_in_float32():
    """The same order of the same jets; without dropout, whose draws might differ."""
    full = trained(PLAIN, network(PLAIN))
    low = trained(PLAIN.changed(amp=True), network(PLAIN))
    assert not torch.equal(low.history, full.history)
    torch.testing.assert_close(low.history[:, :2], full.history[:, :2], rtol=0, atol=BF16)
    assert all(v.dtype == torch.float32 for v in low.model.parameters())


def test_the_device_is_found(whole):
    found = trained(device="auto")
    assert next(found.model.parameters()).device.type == pick_device("auto").type
    torch.testing.assert_close(found.history[0, 0], whole.history[0, 0], rtol=0, atol=1e-3)


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="device 'abacus' is not available here"):
        trained(device="abacus")


@pytest.mark.parametrize(("ci", "shown"), [("1", False), ("", True)])
def test_ci_hides_the_bar(monkeypatch, capsys, ci, shown):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    trained(PLAIN.changed(epochs=1, restart=0.5))
    assert (f"{STEPS}/{STEPS}" in capsys.readouterr().err) is shown


# What is refused


def one_label(name, label):
    jets = vars(few())[name]
    return Splits(**vars(few()) | {name: jets.take(jets.label == label)})


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("name", ["train", "validation", "test"])
def test_a_split_of_one_label_is_refused(name, label):
    with pytest.raises(InputError, match=f"the {name} split needs jets of both labels, 0 and 1"):
        trained(splits=one_label(name, label))


def test_less_than_a_batch_is_refused():
    message = "199 training jets are fewer than a batch of 200; bring more data or lower batch"
    with pytest.raises(InputError, match=message):
        trained(CONFIG.changed(batch=200))
    found = trained(CONFIG.changed(batch=199))
    assert len(found.history) == CONFIG.epochs


def test_a_loss_that_is_not_finite_ends_the_run():
    with pytest.raises(InputError, match="the loss is not finite in epoch 1; lower lr"):
        trained(CONFIG.changed(lr=1e30, warmup=0))


def test_a_constituent_that_is_not_finite_is_refused():
    splits = few()
    p = splits.test.constituents.copy()
    p[3, 1] = np.nan
    bad = Jets(p, splits.test.counts, splits.test.label, splits.test.truth)
    with pytest.raises(InputError, match="jet 0 has a four-momentum that is zero or not finite"):
        trained(splits=Splits(splits.train, splits.validation, bad))


def test_one_process_needs_no_extra(monkeypatch):
    usual = trained()
    monkeypatch.setitem(sys.modules, "accelerate", None)
    assert same(trained(), usual)


def test_without_the_extra_several_processes_are_told_what_they_lack(monkeypatch):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    monkeypatch.setenv("WORLD_SIZE", "2")
    message = r"training in several processes needs accelerate; .*'liegan-min\[scale\]'"
    with pytest.raises(MissingExtraError, match=message):
        trained()


def test_a_time_limit_ends_it_with_the_best_epoch_so_far(monkeypatch):
    config = CONFIG.changed(epochs=4)
    clock = iter(range(10**6))  # a second between any two looks
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: next(clock))
    found = trained(config, limit_seconds=4 * STEPS)
    monkeypatch.undo()
    assert 1 <= len(found.history) < 4
    assert torch.equal(found.history, trained(config).history[: len(found.history)])
    assert found.best == int(found.history[:, 2].argmax()) + 1
    assert len(found.scores["test"]) == len(few().test)


def test_a_time_limit_shorter_than_an_epoch_is_refused():
    with pytest.raises(InputError, match="the time limit is shorter than the first epoch"):
        trained(limit_seconds=1e-9)
