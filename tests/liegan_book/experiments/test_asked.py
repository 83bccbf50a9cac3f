"""`discover` as a method: on the book's own data, with answers that are known."""

import numpy as np
import pytest

from liegan_book import experiments
from liegan_book.experiments.asked import Asked, cone_metrics, direction_metrics, drawn
from liegan_min.algebra import groups
from liegan_min.base.options import RunOptions
from liegan_min.discover import Answer, Certificate


def metrics(experiment, method, seed=3):
    options = RunOptions(seed=seed, device="cpu", progress=False)
    return experiments.run(experiment, method, "paper", options).record.metrics


def answer(algebra):
    return Answer("found", basis=algebra.basis.numpy(), p_value=0.4, violation=0.1,
                  certificate=Certificate(0.2, 0.05), spectrum=np.ones(3))  # fmt: skip


def test_the_cone_of_massless_momenta_is_found_to_rounding():
    found = metrics("top-tagging-discovery", "vanishing")
    assert (found["found"], found["dimension"]) == (True, 7)
    assert found["cone_angle_deg"] < 1e-3
    assert found["J_error"] < 1e-5
    assert found["p_value"] is None


def test_the_law_of_jets_turns_about_the_beam_and_no_more():
    found = metrics("top-tagging-discovery", "weak-form")
    assert (found["found"], found["dimension"]) == (True, 1)
    assert found["cone_angle_deg"] < 3
    assert "cos_J" not in found


def test_the_law_of_orbits_that_start_in_a_quadrant_has_no_symmetry():
    found = metrics("two-body-discovery", "weak-form")
    assert (found["found"], found["dimension"]) == (False, 0)
    assert found["p_value"] < 1e-6
    assert "support_cosine" not in found


def test_what_is_found_is_compared_with_the_truth_on_the_support():
    truth = groups.so(3)
    turned = groups.conjugate(truth, groups.so(3).exp(np.array([0.1, 0.2, 0.3])))
    judged, arrays = direction_metrics(Asked(answer(turned), np.eye(3), 1.0), truth)
    assert judged["support_cosine"] == pytest.approx(1)
    assert judged["bound"] == 0.2
    assert np.shape(arrays["basis"]) == (3, 3, 3)


def test_the_form_of_a_lorentz_algebra_is_eta_whatever_its_sign_and_size():
    judged, _ = cone_metrics(Asked(answer(groups.so13()), np.eye(4), 1.0))
    assert judged["J_error"] == pytest.approx(0, abs=1e-9)
    assert judged["cos_J"] == pytest.approx(1)
    assert judged["cone_angle_deg"] == pytest.approx(0, abs=1e-5)


def test_a_seed_draws_samples_once_each_and_in_their_order():
    rows = drawn(np.random.default_rng(0), 10, 4)
    assert len(rows) == len(set(rows)) == 4
    assert (np.diff(rows) > 0).all()
    assert not np.array_equal(rows, drawn(np.random.default_rng(1), 10, 4))
    np.testing.assert_array_equal(drawn(np.random.default_rng(0), 5, None), np.arange(5))
