"""The pipeline from a chapter's source to its notebook, on chapters of a few lines."""

from __future__ import annotations

import base64
import itertools
import subprocess
import sys
import textwrap

import nbformat
import pytest

from liegan_book.cli import notebooks
from liegan_min.base.errors import InputError, LieganError, MissingExtraError

HEADER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

"""
CHAPTER = """\
# %% [markdown]
# # A chapter

# %% tags=["parameters"]
n = 2

# %%
print("n is", n)
object()

# %% tags=["nbval-ignore-output"]
import time

print(time.perf_counter_ns())
"""


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """Return a function that writes a chapter's source into a book of its own."""
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))
    (tmp_path / "book").mkdir()

    def write(body=CHAPTER, name="01-one"):
        path = tmp_path / "book" / f"{name}.py"
        path.write_text(HEADER + textwrap.dedent(body), encoding="utf-8")
        return path

    return write


def texts(path):
    cells = nbformat.read(path, as_version=4).cells
    return [o.get("text", "") for c in cells if c.cell_type == "code" for o in c.outputs]


def test_a_second_run_leaves_the_same_bytes_however_long_it_takes(chapter, monkeypatch):
    clock = itertools.accumulate(itertools.count())
    monkeypatch.setattr(notebooks, "_cpu_seconds", lambda: next(clock))
    chapter()
    (path,) = notebooks.execute()
    before = path.read_bytes()
    assert b"n is 2" in before
    assert b"at 0x0>" in before
    notebooks.execute(["01"])
    assert path.read_bytes() == before


def test_what_varies_is_kept_only_while_the_rest_is_the_same(chapter):
    chapter()
    (path,) = notebooks.execute()
    old = texts(path)[-1]
    chapter(CHAPTER.replace("n = 2", "n = 3"))
    notebooks.execute()
    assert texts(path)[0] == "n is 3\n"
    assert texts(path)[-1] != old


def test_ids_follow_the_content_and_are_unique(chapter):
    twice = CHAPTER + "\n# %%\n1\n\n# %%\n1\n"
    ids = [c.id for c in notebooks.load(chapter(twice)).cells]
    assert len(set(ids)) == len(ids)
    changed = [c.id for c in notebooks.load(chapter(twice.replace("n = 2", "n = 4"))).cells]
    assert [a == b for a, b in zip(ids, changed, strict=True)] == [True, False, *[True] * 4]


def test_parameters_write_elsewhere_and_are_recorded(chapter, tmp_path):
    source = chapter()
    (path,) = notebooks.execute(["01-one"], {"n": 7}, tmp_path / "runs")
    assert path.parent == tmp_path / "runs"
    assert not source.with_suffix(".ipynb").exists()
    ran = nbformat.read(path, as_version=4)
    assert texts(path)[0] == "n is 7\n"
    assert ran.metadata["liegan"]["parameters"] == {"n": 7}
    assert "injected" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["09"],), "no chapter '09'; there are: 01-one"),
        ((["01"], {"n": 3}), "-p needs --out"),
        ((["01"], {"m": 3}, "runs"), "01-one.py has no parameter 'm'; it has: n"),
    ],
)
def test_a_wrong_call_says_what_to_do_and_writes_nothing(chapter, tmp_path, arguments, message):
    chapter()
    if len(arguments) == 3:
        arguments = (*arguments[:2], tmp_path / arguments[2])
    with pytest.raises(InputError, match=message):
        notebooks.execute(*arguments)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["01-one.py"]


def test_a_failing_cell_is_named_and_the_old_notebook_stays(chapter):
    source = chapter()
    (path,) = notebooks.execute()
    before = path.read_bytes()
    chapter(CHAPTER + "\n# %%\n1 / 0\n")
    with pytest.raises(LieganError, match=r"01-one\.py: code cell 4 raised ZeroDivisionError"):
        notebooks.execute()
    assert path.read_bytes() == before
    assert sorted(p.name for p in source.parent.iterdir()) == ["01-one.ipynb", "01-one.py"]


def test_a_picture_loses_its_signature_and_nothing_else():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    import io

    def draw(**metadata):
        figure, axes = pyplot.subplots(figsize=(1, 1))
        axes.plot([0, 1])
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata=metadata)
        pyplot.close(figure)
        return base64.b64encode(buffer.getvalue()).decode()

    def cleaned(png):
        cell = nbformat.v4.new_code_cell("1")
        cell.outputs = [nbformat.v4.new_output("display_data", {"image/png": png})]
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
        return notebooks.clean(notebook).cells[0].outputs[0].data["image/png"]

    assert draw() != draw(Software=None)
    assert cleaned(draw()) == cleaned(draw(Software=None)) == draw(Software=None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("1e-3", 1e-3), ("'a'", "a"), ("cpu", "cpu"), ("[1, 2]", [1, 2]), ("True", True)],
)
def test_values_from_the_command_line(text, value):
    assert notebooks.parse_value(text) == value


def test_without_the_extra_the_error_names_it(chapter, monkeypatch):
    chapter()
    monkeypatch.setitem(sys.modules, "papermill", None)
    with pytest.raises(MissingExtraError, match=r"liegan-min\[book\]"):
        notebooks.execute()


def test_importing_the_pipeline_does_not_need_the_extra():
    block = "import sys; sys.modules.update(dict.fromkeys(['jupytext', 'papermill', 'nbformat']))"
    code = f"{block}; import liegan_book.cli.notebooks"
    subprocess.run([sys.executable, "-c", code], check=True)
