"""The saved matrices: judged like ours, from files that stand in for the authors'."""

from dataclasses import replace

import pytest
import torch

from liegan_book import experiments
from liegan_book.datasets import authors, published, two_body
from liegan_book.experiments import released as saved
from liegan_book.experiments.two_body import SO2
from liegan_min.base import files
from liegan_min.base.options import RunOptions

P = "two-body-discovery-published"


@pytest.fixture
def theirs(monkeypatch, tmp_path):
    """Files under the authors' names, with their entries; orbits of ours in place of theirs."""
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    noise = torch.ones(8, 8) - torch.kron(torch.eye(4), torch.ones(2, 2))  # outside the blocks
    turn = SO2.basis[0].float()
    entries = {
        "liegan": {"Li": (1.3 * turn + noise)[None], "sigma": torch.full((1, 1), 3.0)},
        "symmetrygan": {"Li": torch.matrix_exp(torch.pi / 2 * turn) + noise},
    }
    for name, state in entries.items():
        path = authors.target(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, path)
        file = replace(authors.FILES[name], sha256=files.sha256(path))
        monkeypatch.setitem(authors.FILES, name, file)
    orbits = two_body.orbits(40, seed=0).state.astype("float32")
    monkeypatch.setattr(published, "load", lambda: {"train": orbits})


def judged(name):
    method = experiments.method_of(P, f"released-{name}")
    found = method.play(method.profiles["paper"], RunOptions(seed=0, device="cpu", progress=False))
    return method.judge(found)


def test_a_generator_is_scored_inside_its_search_space(theirs):
    metrics, arrays = judged("liegan")
    assert metrics["support_cosine"] == pytest.approx(1)
    assert metrics["norm"] == pytest.approx(1.3 * float(SO2.basis.norm()), rel=1e-6)
    assert arrays == {}  # the matrix is not ours to keep


def test_an_element_is_scored_by_its_angle(theirs):
    metrics, arrays = judged("symmetrygan")
    assert metrics["angle_deg"] == pytest.approx(90, abs=0.1)
    assert arrays == {}


def test_a_prediction_takes_the_saved_matrix(theirs):
    assert torch.allclose(saved.matrix("liegan"), 1.3 * SO2.basis[0], atol=1e-6)
    method = experiments.method_of("two-body-prediction-published", "aug-released-liegan")
    assert method.needs == ()
