"""The benchmark on a GPU, on a CPU at toy size: every part runs, and leaves a record."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from liegan_book import paths, records
from tests.helpers.other_device import MixedDevices, other_device

SCRIPT = paths.root() / "benchmarks" / "gpu.py"
PARTS = ["equal", "speed", "two-body-seeds", "cyclic-seeds", "lorentznet", "liegnn"]


def bench(*arguments, script=SCRIPT, **env):
    return subprocess.run(
        [sys.executable, script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | env,
    )


@pytest.fixture(scope="module")
def modules():
    """The parts' modules, which stand beside the script."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPT.parent))
        import _counting
        import _gpu_equal
        import _gpu_work
        import gpu

        yield {"counting": _counting, "equal": _gpu_equal, "work": _gpu_work, "script": gpu}


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    out = tmp_path_factory.mktemp("gpu")
    done = bench("--smoke", "--device", "cpu", "--out", out, "--reference", out / "none")
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_the_smoke_run_plays_every_part_and_leaves_a_record_of_each(smoke):
    out, told = smoke
    assert [line.partition(":")[0] for line in told.splitlines()[-len(PARTS) :]] == PARTS
    assert told.count(": done, ") == len(PARTS)
    for part in PARTS:
        record = records.load(out / "gpu" / part / "quick-s0.json")
        assert (record.experiment, record.method, record.profile) == ("gpu", part, "quick")
        assert record.machine.device == "cpu"
        assert record.machine.card is None


def test_the_records_hold_what_the_page_shows(smoke):
    out, _ = smoke
    equal = records.load(out / "gpu/equal/quick-s0.json").metrics
    assert equal["holds"] is True
    for case in ("game", "emlp", "lorentznet"):
        assert equal[f"{case}.float64"] == 0  # the same device
        assert 0 < equal[f"{case}.float32"] < 1e-2
    assert equal["game.repeats"] is equal["lorentznet.repeats"] is True
    speed = records.load(out / "gpu/speed/quick-s0.json").metrics
    assert speed["card.copy, GB/s"] > 0
    for task in ("two-body-8", "jets-32", "cyclic-4-restarts", "lorentznet-8"):
        for way in ("float32", "tf32", "bfloat16"):
            line = {k.rpartition(".")[2]: v for k, v in speed.items() if f"{task}.{way}." in k}
            assert line["times the floor"] == pytest.approx(line["ms"] / line["floor"])
            assert line["GFLOP"] > 0
    assert speed["two-body-8.float32.compiled ms"] > 0
    assert speed["lorentznet-4.float32.compiled ms"] > 0
    assert not any(k.endswith("failed") for k in speed)


def test_the_plan_names_time_memory_and_bytes_of_each_part():
    done = bench("--plan")
    assert done.returncode == 0, done.stderr
    _, head, *lines, total = done.stdout.splitlines()
    assert head.split() == ["part", "limit", "expected", "memory", "moved"]
    assert [line.split()[0] for line in lines] == PARTS
    for line in lines:
        _, limit, _, expected, _, memory, _, moved, unit = line.split()[:9]
        assert unit == "TB"
        assert 0 < float(expected) <= float(limit)
        assert 0 < float(memory) < 80
        assert float(moved) > 0
    assert total.split()[:2] == ["together", "480"]
    some = bench("--plan", "--only", "liegnn", "equal", "--stretch", "2").stdout.splitlines()
    assert [line.split()[:2] for line in some[2:]] == [
        ["equal", "40"],
        ["liegnn", "300"],
        ["together", "340"],
    ]


def test_all_parts_together_take_eight_minutes_at_most(modules):
    assert list(modules["script"].LIMITS) == PARTS
    assert sum(modules["script"].LIMITS.values()) <= 480


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--device", "cpu"], "on a CPU this takes days; add --smoke for its toy size"),
        (["--stretch", "0"], "--stretch must be above 0, not 0.0"),
        (["--only", "x"], "invalid choice: 'x'"),
    ],
)
def test_a_wrong_argument_is_refused_with_the_remedy(arguments, message):
    done = bench(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_each_part_says_so_in_a_line():
    done = bench("--only", "equal", "cyclic-seeds")
    assert done.returncode == 1
    assert done.stderr.splitlines() == 2 * [
        "liegan: device 'cuda' is not available here; use auto or cpu"
    ]
    assert done.stdout.count("failed with status 1") == 2


def test_a_part_that_is_cut_off_leaves_what_it_has_measured(modules, tmp_path, monkeypatch):
    """The timings take longer than this; the first of them are known by then."""
    given = ["--device", "cpu", "--smoke", "--out", str(tmp_path), "--reference", str(tmp_path)]
    file = tmp_path / "gpu/speed/quick-s0.json"
    script, limit = modules["script"], 6.0
    while not file.exists() and limit < 100:  # a busy machine needs longer
        end = script.run_part("speed", limit, str(paths.root()), given)
        limit *= 1.5
    assert records.load(file).metrics["card.copy, GB/s"] > 0
    if "cut off" in end:
        assert "what it had written is there" in end


def without_pydantic(tmp_path):
    """Make a Python where pydantic cannot be imported, unless it comes from wheels."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import os, sys\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        unpacked = (p for p in sys.path if 'liegan-wheels' in p)\n"
        "        there = any(os.path.isdir(os.path.join(p, name)) for p in unpacked)\n"
        "        if name == 'pydantic' and not there:\n"
        "            raise ModuleNotFoundError(\"No module named 'pydantic'\")\n"
        "sys.meta_path.insert(0, Gone())\n"
    )
    return str(site)


def test_without_pydantic_and_wheels_it_says_what_to_fill_and_for_which_python(tmp_path):
    done = bench("--plan", "--wheels", tmp_path / "none", PYTHONPATH=without_pydantic(tmp_path))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    message = f"No module named 'pydantic': fill {tmp_path / 'none'} with wheels for Python"
    assert done.returncode == 1
    assert f"{message} {version}, as --help says" in done.stderr


def test_wheels_are_unpacked_only_where_a_package_lacks(modules, tmp_path, monkeypatch):
    script, room, wheels = modules["script"], tmp_path / "room", tmp_path / "wheels"
    room.mkdir()
    wheels.mkdir()
    import zipfile

    with zipfile.ZipFile(wheels / "pydantic-1-py3-none-any.whl", "w") as f:
        f.writestr("pydantic/__init__.py", "raise ImportError('this one is of another Python')")
    assert str(room) not in script.import_path(wheels, room)
    assert not list(room.iterdir())
    monkeypatch.setattr(script, "lacks", lambda path: None if str(room) in path else "pydantic")
    assert script.import_path(wheels, room).endswith(str(room))
    assert (room / "pydantic/__init__.py").exists()


def test_what_is_counted_of_a_product_is_its_operations_and_its_bytes(modules):
    count = modules["counting"].count
    A, B = torch.randn(30, 40), torch.randn(40, 50)
    asked = count(lambda: A @ B)
    assert asked.flop == 2 * 30 * 40 * 50
    assert asked.moved == 4 * (30 * 40 + 40 * 50 + 30 * 50)
    assert asked.calls == 1
    # A view costs nothing, what is expanded is read once, and what is changed is read and written.
    assert count(lambda: A.T.view(5, -1, 30)[1]).calls == 0
    assert count(lambda: A + torch.ones(1).expand(40)).moved == 4 * (2 * 30 * 40 + 1 + 1)
    assert count(lambda: A.add_(1)).moved == 4 * 2 * 30 * 40


def test_what_is_kept_for_the_gradient_is_counted(modules):
    x = torch.randn(30, 40, requires_grad=True)
    asked = modules["counting"].count(lambda: x.exp().sum().backward())
    assert asked.saved == 4 * 30 * 40
    assert asked.floor(flops=1.0, bandwidth=1e3) == asked.moved


def test_a_difference_is_told_in_spreads_and_nothing_hides_it(modules):
    apart = modules["equal"].apart
    want = torch.tensor([1.0, 3.0], dtype=torch.float64)  # a spread of √2
    assert apart({"a": want + 0.1}, {"a": want}) == pytest.approx(0.1 / 2**0.5)
    off = torch.tensor([0.1, 0.7])  # the root of the mean square is 0.5
    assert apart({"a": want + off}, {"a": want}) == pytest.approx(0.5 / 2**0.5)
    assert apart({"a": want, "b": want - 2}, {"a": want, "b": want}) == pytest.approx(2**0.5)
    assert apart({"a": want * torch.nan}, {"a": want}) == np.inf
    with pytest.raises(AssertionError, match="a: "):
        apart({"a": want[:1]}, {"a": want})


def measured(equal, device):
    return {k: v for found in equal.measure(device, small=True) for k, v in found.items()}


@pytest.mark.parametrize("case", ["game", "emlp", "lorentznet"])
def test_an_error_in_the_seventh_digit_of_a_float64_step_is_seen(modules, case, monkeypatch):
    """The bar is not one that everything passes."""
    equal = modules["equal"]

    def wrong(device, dtype, small, right=equal.CASES[case]):
        found = right("cpu", dtype, small)
        return found if device == "cpu" else {k: v * (1 + 1e-7) for k, v in found.items()}

    monkeypatch.setitem(equal.CASES, case, wrong)
    assert measured(equal, "cpu")["holds"]
    for name in set(equal.CASES) - {case}:
        monkeypatch.delitem(equal.CASES, name)
    monkeypatch.setattr(equal, "repeats", lambda *given: True)
    assert not measured(equal, "elsewhere")["holds"]


def test_the_cpu_and_another_device_do_not_mix_unseen():
    here = torch.ones(3)
    with other_device() as device:
        there = torch.ones(3, device=device)
        with pytest.raises(MixedDevices):
            here + there
        with pytest.raises(MixedDevices):
            torch.stack([there, here])
        assert (there * torch.tensor(2.0)).cpu().tolist() == [2, 2, 2]
        assert (here.to(device) + there).cpu().tolist() == [2, 2, 2]


def test_every_step_that_is_timed_keeps_to_its_device(modules):
    work = modules["work"]
    for name, task in work.tasks(small=True).items():
        for way in ("float32", "bfloat16"):
            with other_device() as device:
                task.ours(device.type, way, 1).play()
                assert work.WAYS, name


def test_on_another_device_a_step_gives_the_same_numbers(modules):
    equal = modules["equal"]
    here = measured(equal, "cpu")
    with other_device() as device:
        assert measured(equal, device.type) == here
