"""The command line as a user types it."""

import hashlib
import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from liegan_book import experiments, paths
from liegan_book.cli.main import app
from liegan_book.datasets import authors, published
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions


def liegan(*words, **env):
    command = [sys.executable, "-m", "liegan_book.cli", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | env
    )


P = "two-body-discovery-published"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "x", "liegan"], "unknown experiment 'x'; there are: two-body-discovery"),
        (["run", "two-body-discovery", "x"], "unknown method of two-body-discovery 'x'"),
        (["run", "two-body-discovery", "liegan", "--profile", "x"], "unknown profile of liegan"),
        (["run", "cyclic", "liegan", "--data", "x"], "--data must be published or ours, not 'x'"),
        (["run", "cyclic", "liegan", "--data", "published"], "cyclic has no published data; those"),
        (["table", "cyclic", "--data", "x"], "--data must be published or ours, not 'x'"),
        (["table", "all", "--data", "ours"], "--data is for one experiment"),
        (["table", "x"], "unknown experiment 'x'"),
        (
            ["table", "cyclic", "--profile", "x"],
            "unknown profile 'x'; there are: quick, cpu, paper, gpu",
        ),
        (["verify", "--budget", "0"], "budget: no record of a run within 0 CPU seconds"),
        (["bench", "x"], "unknown benchmark 'x'; there are: calibration, discovery"),
        (["execute", "nothing"], "no chapter 'nothing'"),
        (["execute", "01", "-p", "n", "3"], "-p needs --out"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_status_2(words, message):
    out = liegan(*words)
    assert out.returncode == 2
    assert message in out.stderr
    assert len(out.stderr.strip().splitlines()) == 1
    assert out.stdout == ""


def test_table_prints_the_committed_records():
    for data, folder in (("ours", "two-body-discovery"), ("published", P)):
        asked = ["table", "two-body-discovery", "--data", data]
        rows = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
        methods = {p.name for p in (paths.results() / folder).iterdir()}
        assert {r["method"] for r in rows if r["n"]} | {"released-symmetrygan"} >= methods
        assert {r["data"] for r in rows} == {data}
        assert "liegan-es" in CliRunner().invoke(app, asked).stdout
    default = CliRunner().invoke(app, ["table", "two-body-discovery", "--json"]).stdout
    assert {r["data"] for r in json.loads(default)} == {"published"}


def test_the_authors_files_are_taken_from_a_path(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path / "book"))
    content = pickle.dumps({"coords": np.ones((1, 20, 8)), "test_coords": np.ones((1, 20, 8))}, 4)
    (tmp_path / "2body-orbits-dataset.pkl").write_bytes(content)
    other = CliRunner().invoke(app, ["data", "two-body-published", "--local", str(tmp_path)])
    assert "is not the published 2body-orbits-dataset.pkl" in str(other.exception)
    theirs = replace(authors.FILES["two-body"], sha256=hashlib.sha256(content).hexdigest())
    monkeypatch.setitem(authors.FILES, "two-body", theirs)
    asked = ["data", "two-body-published", "--local", str(tmp_path), "--json"]
    made = json.loads(CliRunner().invoke(app, asked).stdout)
    assert made["file"] == str(published.path_of())
    nothing = CliRunner().invoke(app, ["data", "released", "--local", str(tmp_path)])
    assert "there is no" in str(nothing.exception)


def test_table_all_prints_every_cell_below_the_headline():
    printed, as_json = (
        CliRunner().invoke(app, ["table", "all", *how]).stdout for how in ([], ["--json"])
    )
    content = json.loads(as_json)
    assert printed.startswith(content["headline"] + "\n")
    assert sum(content["counts"].values()) == len(content["cells"])
    commands = {cell["command"] for cell in content["cells"]} - {""}
    assert commands <= set(printed.splitlines())
    assert all((paths.results() / r).is_file() for c in content["cells"] for r in c["records"])


def test_table_comparison_prints_marks_and_cyclic_seeds():
    assert "✓" in CliRunner().invoke(app, ["table", "comparison"]).stdout
    rows = json.loads(CliRunner().invoke(app, ["table", "cyclic", "--json"]).stdout)
    assert (rows[0]["method"], rows[0]["metric"]) == ("liegan", "success")


def test_data_verify_says_how_far_the_file_is_from_its_recipe():
    out = json.loads(liegan("data", "two-body", "--verify", "--json").stdout)
    assert out["verified"] is True


def test_a_record_that_cannot_be_written_is_said_before_the_run(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/results").write_text("a file where a folder should be")
    out = liegan("run", "gpu", "cyclic-seeds", LIEGAN_ROOT=str(tmp_path))
    assert out.returncode == 2
    assert "cannot write" in out.stderr
    assert not (tmp_path / ".checkpoints").exists()


def test_a_benchmark_has_its_own_help_and_bench_has_its():
    assert "--stretch" in liegan("bench", "gpu", "--help").stdout
    assert "what follows its name goes to it" in liegan("bench", "--help").stdout


def test_a_run_resumes_from_the_checkpoint_of_its_cell(monkeypatch, tmp_path):
    cell, told = ("two-body-discovery", "spectral", "paper"), []

    def cut_off(*arguments):
        told.append(arguments)
        raise InputError("cut off")

    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    monkeypatch.setattr(experiments, "run", cut_off)
    words = ["run", *cell[:2], "--profile", cell[2], "--seed", "3", "--device", "cpu"]
    assert isinstance(CliRunner().invoke(app, words).exception, InputError)
    path = tmp_path / ".checkpoints/two-body-discovery/spectral/paper-s3.ckpt"
    assert told == [(*cell, RunOptions(3, "cpu", path))]


def test_help_lists_the_verbs():
    out = liegan("--help").stdout
    assert all(verb in out for verb in ("data", "discover", "run", "table", "verify", "execute"))
