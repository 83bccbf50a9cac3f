"""The loop that all share: falling rates, exact resuming, and clear endings."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from liegan_min.base import files, parallel
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.training import check_batch, descend

TARGET = torch.tensor([1.0, -2.0])
RATES = {"a": 0.1, "b": 0.02}


class Model(nn.Module):
    """Two parts that learn, and one that no rate is given for."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Parameter(torch.zeros(2)), nn.Linear(2, 1)
        self.held = nn.Parameter(torch.ones(1))
        with torch.no_grad():
            self.b.weight.fill_(0.5)
            self.b.bias.zero_()


def bowl(model, rng, stop=None):
    """Return a look at a noisy bowl around TARGET, that is interrupted at a step."""
    seen = []

    def look():
        if len(seen) == stop:
            raise KeyboardInterrupt
        seen.append(1)
        noise = 0.1 * torch.randn(2, generator=rng)
        off = model.a - TARGET + noise
        loss = off.square().sum() + (model.b(off) * model.held).square().sum()
        return loss, torch.stack([loss, model.a[0]])

    return look


def run(steps=30, key="key", stop=None, **options):
    model, rng = Model(), torch.Generator().manual_seed(5)
    groups = [{"params": [model.a], "lr": RATES["a"]}]
    groups += [{"params": list(model.b.parameters()), "lr": RATES["b"]}]
    optimiser, look = torch.optim.Adam(groups), bowl(model, rng, stop)
    history, seconds = descend(optimiser, look, steps, key, rng=rng, options=RunOptions(**options))
    return model, history, seconds


def test_a_step_is_adams_at_a_rate_that_falls_as_the_square_of_what_is_left():
    model, history, seconds = run(steps=10)
    slow, rng = Model(), torch.Generator().manual_seed(5)
    look, a = bowl(slow, rng), torch.optim.Adam([slow.a], lr=0)
    b = torch.optim.Adam(slow.b.parameters(), lr=0)
    for step in range(10):
        loss, row = look()
        torch.testing.assert_close(history[step], row.detach())
        for optimiser, rate in ((a, 0.1), (b, 0.02)):
            optimiser.param_groups[0]["lr"] = rate * ((10 - step) / 10) ** 2
            optimiser.zero_grad()
        loss.backward()
        a.step()
        b.step()
    for p, q in zip(model.parameters(), slow.parameters(), strict=True):
        torch.testing.assert_close(p, q)
    assert not history.requires_grad
    assert seconds > 0


def test_it_goes_where_the_loss_is_least_and_holds_what_has_no_rate():
    model, history, _ = run(steps=300)
    torch.testing.assert_close(model.a.detach(), TARGET, atol=0.05, rtol=0)
    assert history[-20:, 0].mean() < 0.05 * history[:20, 0].mean()
    assert model.held == 1


@pytest.mark.parametrize("stop", [1, 17, 29])
def test_a_run_that_was_cut_off_resumes_to_the_very_same_end(tmp_path, stop):
    whole, history, _ = run()
    path = tmp_path / "c.ckpt"
    with pytest.raises(KeyboardInterrupt):
        run(stop=stop, checkpoint=path, checkpoint_seconds=-1)
    model, resumed, _ = run(checkpoint=path)
    assert torch.equal(history, resumed)
    for p, q in zip(whole.parameters(), model.parameters(), strict=True):
        assert torch.equal(p, q)
    assert not path.exists()


def test_a_killed_run_keeps_its_time_and_goes_on(tmp_path):
    """Killed by the system, which lets nothing be tidied up."""
    code = (
        "import os, pathlib, signal, sys\n"
        "from tests.liegan_min.base import test_training\n"
        "from liegan_min.base import files\n"
        "save, seen = files.save_state, []\n"
        "def kill(*a):\n"
        "    save(*a); seen.append(1)\n"
        "    if len(seen) == 9: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.save_state = kill\n"
        "test_training.run(checkpoint=pathlib.Path(sys.argv[1]), checkpoint_seconds=-1)\n"
    )
    path = tmp_path / "c.ckpt"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False, cwd=root)
    assert done.returncode == -signal.SIGKILL
    kept = files.load_state(path)
    assert len(kept["state"]["history"]) == kept["state"]["done"] == 9
    files.save_state(path, kept | {"seconds": 1000.0})
    _, history, _ = run()
    _, resumed, seconds = run(checkpoint=path)
    assert torch.equal(history, resumed)
    assert 1000 < seconds < 1100


def test_checkpoints_are_written_no_more_often_than_asked(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(files, "save_state", lambda *a: written.append(a))
    run(checkpoint=tmp_path / "c.ckpt", checkpoint_seconds=1e9)
    assert written == []
    run(checkpoint=tmp_path / "c.ckpt", checkpoint_seconds=-1)
    assert len(written) == 30


@pytest.fixture
def cut_off(tmp_path):
    """The checkpoint of a run that was interrupted."""
    path = tmp_path / "c.ckpt"
    with pytest.raises(KeyboardInterrupt):
        run(stop=5, checkpoint=path, checkpoint_seconds=-1)
    return path


def test_a_checkpoint_of_another_run_is_refused(cut_off):
    with pytest.raises(InputError, match=r"c\.ckpt belongs to other settings"):
        run(key="other", checkpoint=cut_off)


def test_a_damaged_checkpoint_is_refused(cut_off):
    cut_off.write_bytes(cut_off.read_bytes()[:-50])
    with pytest.raises(DamagedFileError, match=r"c\.ckpt"):
        run(checkpoint=cut_off)


@pytest.mark.parametrize("name", ["done", "rng", "history", "learned", "optimiser"])
def test_a_checkpoint_that_lacks_something_is_refused(cut_off, name):
    kept = files.load_state(cut_off)
    del kept["state"][name]
    files.save_state(cut_off, kept)
    with pytest.raises(DamagedFileError, match=r"c\.ckpt does not fit the run"):
        run(checkpoint=cut_off)


@pytest.mark.parametrize("end", [3, 10])
def test_a_descent_that_diverges_says_at_which_step(end):
    """A gradient that is not finite spoils the model, and the next loss; the last has no next."""
    model, seen = Model(), []

    def look():
        seen.append(1)
        pull = float("nan") if len(seen) == end else 1.0
        loss = model.a.square().sum()
        model.a.register_hook(lambda grad: grad * pull)
        return loss, loss

    step = min(end + 1, 10)
    optimiser = torch.optim.Adam([model.a], lr=0.1)
    with pytest.raises(InputError, match=rf"no longer finite at step {step}; lower the learning"):
        descend(optimiser, look, 10, "key", rng=torch.Generator(), options=RunOptions())


@pytest.mark.parametrize("limit", [1e-9, 1e9])
def test_a_time_limit_ends_a_run_after_a_unit_at_least(limit):
    x = torch.nn.Parameter(torch.ones(1))
    adam = torch.optim.Adam([x])
    rows, _ = descend(
        adam,
        lambda: (x.square().sum(), x.detach()),
        5,
        "key",
        rng=torch.Generator(),
        options=RunOptions(limit_seconds=limit),
    )
    assert len(rows) == (1 if limit < 1 else 5)


@pytest.mark.parametrize("limit", [0, -1.0, float("nan")])
def test_a_time_limit_that_is_none_is_refused(limit):
    with pytest.raises(InputError, match="limit_seconds must be above 0, not"):
        RunOptions(limit_seconds=limit)


def test_a_time_limit_is_for_one_process(monkeypatch):
    monkeypatch.setattr(parallel, "world", lambda: 2)
    x = torch.nn.Parameter(torch.ones(1))
    adam = torch.optim.Adam([x])
    options = RunOptions(limit_seconds=3)
    with pytest.raises(InputError, match="limit_seconds is for one process"):
        descend(adam, x.sum, 5, "key", rng=torch.Generator(), options=options)


def test_fewer_samples_than_a_batch_are_refused():
    check_batch(32, 32)
    message = "^31 training jets are fewer than a batch of 32; bring more data or lower batch$"
    with pytest.raises(InputError, match=message):
        check_batch(31, 32, "training jets")
