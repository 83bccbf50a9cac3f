"""`liegan discover` as a user types it."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from liegan_book.cli.main import app
from liegan_book.datasets.laws import ring
from liegan_min.base.errors import LieganError
from liegan_min.discover import Report
from tests.liegan_book.cli.test_cli import liegan

X = ring(np.random.default_rng(0), 600)[:, 0]


@pytest.fixture
def table(tmp_path):
    """A ring in columns a and b, beside a column that has nothing to do with it, and a name."""
    data = pd.DataFrame(X, columns=["a", "b"]).assign(inside=np.linalg.norm(X, axis=1) < 1, id="n")
    data.to_csv(tmp_path / "mine.csv", index=False)
    return tmp_path / "mine.csv"


def said(*words):
    """What the command prints, in this process: the errors that it raises are raised here."""
    out = CliRunner().invoke(app, ["discover", *map(str, words)])
    if out.exception is not None:
        raise out.exception
    assert out.exit_code == 0
    return out.stdout


def test_json_has_what_is_promised(table):
    plain = json.loads(said(table, "--x", "a,b", "--ask", "law", "--seed", 5, "--json"))
    assert {"n", "t", "k", "y_kind", "support_rank", "seed", "seconds", "answers"} <= plain.keys()
    assert (plain["n"], plain["k"], plain["seed"], plain["y_kind"]) == (600, 2, 5, None)
    assert plain["columns"] == ["a", "b"]
    law = plain["answers"]["law"]
    assert (law["verdict"], law["algebra"], law["dimension"]) == ("found", "so(2)", 1)
    assert {
        "standard_errors",
        "p_value",
        "violation",
        "certificate",
        "closure_defect",
    } <= law.keys()
    assert plain["answers"]["support"]["verdict"] == "not asked"


def test_text_is_for_people(table):
    text = said(table, "--x", "a, b", "--ask", "law")
    assert "600 rows, each one vector in R^2; no y." in text
    assert "FOUND: so(2), 1 generator" in text


def test_a_column_is_y(table):
    text = said(table, "--x", "a,b", "--y", "inside", "--ask", "law")
    assert "y is a label: it is no number, 2 labels." in text
    assert "FOUND: so(2)" in text


def test_the_game_is_judged_by_the_same_test(table):
    """And says how its games ended; a p-value for so many generators is that of the closed form."""
    auto, game = (
        json.loads(said(table, "--x", "a,b", "--ask", "law", "--json", "--method", method))
        for method in ("auto", "game")
    )
    one, other = (plain["answers"]["law"] for plain in (auto, game))
    assert game["method"] == "game"
    assert other["verdict"] == "found"
    assert other["why"].startswith("of 16 games ")
    assert other["p_value"] == one["p_value"]
    assert other["standard_errors"] is None


def test_report_page_and_file_are_written(table, tmp_path):
    said(table, "--x", "a,b", "--ask", "law", "--html", tmp_path / "r.html",
         "--save", tmp_path / "r.safetensors")  # fmt: skip
    assert "<h1>Does mine.csv have a symmetry?</h1>" in (tmp_path / "r.html").read_text("utf-8")
    assert Report.load(tmp_path / "r.safetensors")["law"].name == "so(2)"


def test_affine_is_about_the_mean(tmp_path):
    np.save(tmp_path / "off.npy", X + np.array([3, 1]))
    assert "NONE" in said(tmp_path / "off.npy", "--ask", "law")
    assert "FOUND: so(2)" in said(tmp_path / "off.npy", "--ask", "law", "--affine")


@pytest.mark.parametrize("option", ["--html", "--save"])
def test_a_place_that_cannot_be_written_is_said_before_the_work(table, tmp_path, option):
    """Before even the data are read: what is wrong with them is not told."""
    with pytest.raises(LieganError, match=r"^cannot write .*: it is a folder; free or choose"):
        said(table, "--x", "nothing", option, tmp_path)
    with pytest.raises(LieganError, match="cannot write"):
        said(table, "--x", "nothing", option, table / "r")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "column 'inside' holds no numbers; choose the columns of x (--x), or make it y (--y)"),
        (("--x", "a,c"), "there is no column 'c'; there are: a, b, inside, id"),
        (("--x", "a,b", "--ask", "laws"), "ask must be some of support, law, task, not laws"),
        (("--x", "a,b", "--method", "play"), "method must be auto or game, not 'play'"),
        (("--x", "a,b", "--y-kind", "matrix"), "y_kind must be auto, vector, scalar, label, not"),
        (("--x", "a,b", "--trajectory", "t"), "there is no column 't'"),
        (("--x", "a,b", "--y", "a", "--y-kind", "vector"), "y as vectors must end in an axis of 2"),
    ],
)
def test_a_mistake_is_named(table, words, message):
    with pytest.raises(LieganError) as error:
        said(table, *words)
    assert message in str(error.value)


def test_a_mistake_is_one_sentence_and_exit_status_2(tmp_path):
    (tmp_path / "text.npz").write_text("a,b\n1,2\n")
    for file in (tmp_path / "nowhere.csv", tmp_path / "text.npz", tmp_path):
        out = liegan("discover", file)
        assert out.returncode == 2
        assert out.stderr.startswith(f"liegan: {file}")
        assert len(out.stderr.strip().splitlines()) == 1
        assert out.stdout == ""


def test_a_verdict_is_no_failure(tmp_path):
    np.save(tmp_path / "noise.npy", np.random.default_rng(0).exponential(size=(40, 3)))
    out = liegan("discover", tmp_path / "noise.npy")
    assert (out.returncode, out.stderr) == (0, "")
    assert "UNDECIDED" in out.stdout
