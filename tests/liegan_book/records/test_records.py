"""Records: what is written comes back, and what was changed is refused with file and field."""

import hashlib
import json
import subprocess
import sys

import pytest
import torch

from liegan_book import records
from liegan_book.records import DataSource, Machine, Record, Sources, machine
from liegan_book.results.poster import TABLES
from liegan_min.base.errors import DamagedFileError, InputError


def record(**changes):
    fields = {
        "experiment": "two-body-discovery",
        "method": "liegan",
        "profile": "quick",
        "seed": 3,
        "config": {"batch": 64},
        "config_hash": "0" * 64,
        "data": DataSource(name="two-body", sha256="1" * 64),
        "sources": Sources.here(),
        "machine": Machine.here("cpu"),
        "wall_seconds": 2.0,
        "cpu_seconds": 1.5,
        "peak_memory_mb": 300.0,
        "metrics": {"support_cosine": 0.5, "success": False, "discriminator_advantage": None},
        "arrays": {"basis": [[[0.0, -1.0], [1.0, 0.0]]]},
    }
    return Record(**fields | changes)


def edited(path, edit):
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def test_a_record_comes_back_as_it_was_written(tmp_path):
    path = records.save(record(), tmp_path / "quick-s3.json")
    assert records.load(path) == record()


def test_a_record_stands_under_experiment_method_profile_and_seed(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    records.save(record())
    there = tmp_path / "data/results/two-body-discovery/liegan/quick-s3.json"
    assert there.is_file()
    assert records.load_all("two-body-discovery") == [record()]
    assert records.load_all(profile="paper") == []


def test_records_are_ordered_by_number_not_by_name(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    for seed in (10, 2, 0):
        records.save(record(seed=seed))
    assert [r.seed for r in records.load_all()] == [0, 2, 10]


class Card:
    """What torch says of a card."""

    name, total_memory = "A card", 80 * 10**9


@pytest.mark.parametrize(("way", "tf32"), [("highest", False), ("high", True)])
def test_a_run_on_a_gpu_names_the_card_the_driver_and_how_products_round(monkeypatch, way, tf32):
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: Card)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch, "get_float32_matmul_precision", lambda: way)
    monkeypatch.setattr(machine, "_said", lambda program, *rest: "580.1" * (program[0] == "n"))
    card = Machine.here("cuda:1").card
    assert card == records.Card(
        name="A card", memory_gb=80.0, driver="580.1", cuda="13.0", tf32=tf32
    )


def test_a_run_on_a_cpu_has_no_card_and_old_records_read_without_one(tmp_path):
    assert Machine.here("cpu").card is None
    path = records.save(record(), tmp_path / "r.json")
    content = json.loads(path.read_text())
    content.pop("seal")
    content["machine"].pop("card")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    content["seal"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(content))
    assert records.load(path) == record()


def test_a_number_changed_by_hand_is_noticed(tmp_path):
    path = records.save(record(), tmp_path / "r.json")
    edited(path, lambda c: c["metrics"].update(support_cosine=0.9999))
    with pytest.raises(DamagedFileError, match=r"r\.json: field seal: it was changed"):
        records.load(path)


@pytest.mark.parametrize(
    ("field", "edit"),
    [
        ("seed", lambda c: c.update(seed=-1)),
        ("data.sha256", lambda c: c["data"].update(sha256="short")),
        ("profile", lambda c: c.update(profile="huge")),
        ("metrics", lambda c: c.pop("metrics")),
        ("extra", lambda c: c.update(extra=1)),
        ("schema_version", lambda c: c.update(schema_version=1)),
    ],
)
def test_a_wrong_field_is_named(tmp_path, field, edit):
    path = records.save(record(), tmp_path / "r.json")
    edited(path, edit)
    with pytest.raises(DamagedFileError, match=rf"r\.json: field {field}"):
        records.load(path)


@pytest.mark.parametrize("content", ["", "{", "[1]", "3"])
def test_a_file_that_is_no_record_is_named(tmp_path, content):
    path = tmp_path / "r.json"
    path.write_text(content)
    with pytest.raises(DamagedFileError, match=r"record .*r\.json .*delete it and run again"):
        records.load(path)


def test_a_metric_that_is_not_finite_is_not_written(tmp_path):
    with pytest.raises(InputError, match="not finite"):
        records.save(record(metrics={"support_cosine": float("nan")}), tmp_path / "r.json")
    assert not list(tmp_path.iterdir())


def test_every_committed_record_is_whole_and_in_its_place():
    committed = records.load_all()
    assert committed
    for r in committed:
        assert records.load(r.path) == r
        name = r.experiment.removesuffix("-published")
        if name in TABLES:
            held = r.arrays if TABLES[name].largest else r.metrics
            assert held[TABLES[name].largest or TABLES[name].metric] is not None


def test_the_peak_memory_is_this_process_and_not_its_parents():
    """A child that does next to nothing, started by a parent that holds half a gigabyte."""
    code = (
        "import subprocess, sys\n"
        "held = b'x' * 500_000_000\n"
        "child = 'from liegan_book.records import peak_memory_mb; print(peak_memory_mb())'\n"
        "subprocess.run([sys.executable, '-c', child], check=True)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 10 < float(out.stdout) < 450
