"""Alone, a process is the first of one; of several, the first writes for all."""

import json

import pytest
import torch
from torch import distributed
from typer.testing import CliRunner

from liegan_book import experiments, paths, records
from liegan_book.cli import main as cli
from liegan_min.base import parallel
from liegan_min.base.checkpoint import Checkpoint
from liegan_min.base.options import RunOptions

CELL = ("two-body-discovery", "spectral", "paper")


@pytest.fixture
def group():
    """A group of one process, so that sums go the way they go between several."""
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


def test_alone_a_process_is_the_first_of_one_and_a_total_is_what_it_has():
    x = torch.ones(3, requires_grad=True)
    assert (parallel.rank(), parallel.world()) == (0, 1)
    assert parallel.total(x) is x


@pytest.mark.usefixtures("group")
def test_in_a_group_of_one_too():
    x = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    assert (parallel.rank(), parallel.world()) == (0, 1)
    assert torch.equal(parallel.total(x), x)
    assert torch.autograd.gradcheck(parallel.total, x)


@pytest.mark.usefixtures("group")
def test_a_total_leaves_its_input_alone(monkeypatch):
    monkeypatch.setattr(distributed, "all_reduce", lambda x: x.mul_(3))  # as of three alike
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = parallel.total(x)
    assert (x.tolist(), y.tolist()) == ([1, 2], [3, 6])
    (y * torch.tensor([1.0, 5.0])).sum().backward()
    assert x.grad.tolist() == [3, 15]


@pytest.mark.parametrize("rank", [0, 1])
def test_the_first_process_alone_touches_the_checkpoint(tmp_path, monkeypatch, rank):
    monkeypatch.setattr(parallel, "rank", lambda: rank)
    path = tmp_path / "run.ckpt"
    kept = Checkpoint(RunOptions(checkpoint=path, checkpoint_seconds=-1), "key")
    kept.offer(lambda: {"x": torch.ones(1)})
    assert path.exists() is (rank == 0)
    path.write_bytes(b"")
    kept.remove()
    assert path.exists() is (rank == 1)


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_first_process_alone_writes_the_record_and_speaks(tmp_path, monkeypatch, rank, options):
    made = experiments.run(*CELL, RunOptions(seed=0)).record
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    monkeypatch.setattr(parallel, "rank", lambda: rank)
    monkeypatch.setattr(experiments, "run", lambda *a: experiments.Run(None, made))
    words = ["run", *CELL[:2], "--profile", CELL[2], *options]
    out = CliRunner().invoke(cli.app, words)
    assert out.exit_code == 0
    path = records.where(*CELL, 0)
    assert path.exists() is (rank == 0)
    if rank:
        assert out.output == ""
    else:
        assert records.load(path) == made
        assert "support_cosine" in out.output
    if options and not rank:
        assert json.loads(out.output)["method"] == "spectral"
