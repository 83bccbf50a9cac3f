"""One training in two processes, started as a user starts it, against the same in one."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from liegan_book import records
from liegan_min.base import files
from tests.helpers import tagging_worker as worker

pytest.importorskip("accelerate")

#: A sum over half the jets, twice, rounds otherwise than one over all.
LOSS, WEIGHT = 1e-5, 2e-5
BOTH = pytest.mark.parametrize("rank", [0, 1])


def launched(*arguments):
    """Run the worker in two processes; on a machine without a GPU they take the CPU."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    launch += ["--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no"]
    launch += ["--dynamo_backend", "no", "--main_process_port", str(port)]
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [*launch, worker.__file__, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=env,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("together")
    out = launched("together", path)
    assert out.returncode == 0, out.stderr
    return path


@pytest.fixture(scope="module")
def told(folder):
    return [json.loads((folder / f"told-{r}.json").read_text()) for r in (0, 1)]


@pytest.fixture(scope="module")
def found(folder):
    return [files.load_state(folder / f"found-{r}.ckpt") for r in (0, 1)]


@pytest.fixture(scope="module")
def alone():
    model = worker.without_idle_biases(worker.network(worker.PLAIN))
    return worker.trained(worker.PLAIN, model, seed=3)


def of(found, run):
    return {k.removeprefix(f"{run}."): v for k, v in found.items() if k.startswith(f"{run}.")}


@BOTH
def test_there_are_two_processes_and_each_knows_which_it_is(told, rank):
    assert (told[rank]["rank"], told[rank]["world"]) == (rank, 2)


@BOTH
def test_a_total_is_the_sum_over_both_and_so_is_its_gradient(told, rank):
    """With x of (1, 3) and (2, 3), and losses y₁ + 10 y₂ and y₁ + 11 y₂ of y = total(x²)."""
    assert told[rank]["total"] == [1 + 4, 9 + 9]
    assert told[rank]["gradient"] == [(2 * (1 + rank)) * 2, 2 * 3 * (10 + 11)]


@BOTH
def test_the_losses_are_those_of_one_process_with_the_whole_batch(alone, found, rank):
    history = of(found[rank], "plain")["history"]
    assert history.shape == (worker.PLAIN.epochs, 3)
    torch.testing.assert_close(history, alone.history, rtol=0, atol=LOSS)


@BOTH
def test_so_are_the_weights_and_the_scores(alone, found, rank):
    start = worker.network(worker.PLAIN).state_dict()
    moved = 0.0
    for name, value in worker.state(alone).items():
        there = of(found[rank], "plain")[name]
        torch.testing.assert_close(there, value, rtol=WEIGHT, atol=WEIGHT, msg=name)
        if name in start:
            moved = max(moved, float((value - start[name]).abs().max()))
    assert moved > 100 * WEIGHT  # or the start itself would have passed


def test_both_processes_end_with_the_same(found):
    assert found[0].keys() == found[1].keys()
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


@BOTH
def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(found, rank):
    whole, again = of(found[rank], "whole"), of(found[rank], "again")
    assert all(torch.equal(again[name], whole[name]) for name in whole)


@BOTH
def test_a_batch_that_cannot_be_shared_out_is_refused(told, rank):
    assert told[rank]["uneven"] == (
        "a batch of 27 jets cannot be shared out to 2 processes; choose a multiple"
    )


def test_the_first_process_alone_writes_checkpoints(told):
    assert told[0]["written"] == ["stopped.ckpt"] * worker.STEPS
    assert told[1]["written"] == []
    assert told[0]["kept"]
    assert not told[0]["left"]


def test_the_first_process_alone_writes_the_record_and_speaks(folder, told):
    assert [p.name for p in folder.glob("results-*")] == ["results-0"]
    (path,) = folder.glob("results-0/*/*/*")
    assert path.relative_to(folder / "results-0") == Path(*worker.CELL[:2]) / "quick-s3.json"
    assert json.loads(told[0]["printed"])["metrics"] == records.load(path).metrics
    assert told[1]["printed"] == ""
