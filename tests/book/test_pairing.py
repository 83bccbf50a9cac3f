"""A chapter's source and its notebook are one thing, and the notebook holds no residue."""

from __future__ import annotations

import copy
import re

import jupytext
import nbformat
import pytest

from liegan_book.cli import notebooks as pipeline

from .chapters import BOOK, code, committed, notebooks, toc

CHAPTERS = pytest.mark.parametrize("name", notebooks())
PATH = re.compile(r"(?<![\w:/.<-])/(?:[\w.+-]+/)+[\w.+-]+")


def test_every_document_is_in_the_toc():
    documents = {p.stem for p in BOOK.iterdir() if p.suffix in {".py", ".ipynb", ".md"}}
    assert documents == set(toc())


@CHAPTERS
def test_the_notebook_was_run_from_this_source(name):
    source = pipeline.load(BOOK / f"{name}.py")
    ran = committed(name)
    assert [c.id for c in ran.cells] == [c.id for c in source.cells], (
        f"{name}.py changed since it was run: liegan execute {name}"
    )
    assert [c.source for c in ran.cells] == [c.source for c in source.cells]


@CHAPTERS
def test_a_sync_with_jupytext_has_nothing_to_do(name):
    written = jupytext.writes(committed(name), fmt="py:percent")
    assert written == (BOOK / f"{name}.py").read_text(encoding="utf-8")


@CHAPTERS
def test_the_notebook_is_as_the_pipeline_leaves_it(name):
    text = (BOOK / f"{name}.ipynb").read_text(encoding="utf-8")
    again = pipeline.clean(copy.deepcopy(committed(name)))
    assert nbformat.writes(again) + "\n" == text, f"saved by another tool: liegan execute {name}"


@CHAPTERS
def test_no_metadata_of_a_run_is_left(name):
    ran = committed(name)
    assert set(ran.metadata) == {"jupytext", "kernelspec", "language_info", "liegan"}
    for cell in ran.cells:
        assert not {"papermill", "execution", "ExecuteTime", "collapsed"} & set(cell.metadata)
        assert "injected-parameters" not in cell.metadata.get("tags", [])
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d", str(ran.metadata))


@CHAPTERS
def test_every_cell_ran_in_order_and_without_complaint(name):
    cells = code(committed(name))
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        allowed = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.outputs:
            assert output.output_type != "error" or allowed, cell.source
            assert output.get("name") != "stderr", f"{cell.source}\n{output.get('text')}"


@CHAPTERS
def test_no_output_tells_where_it_was_run(name):
    for cell in code(committed(name)):
        for output in cell.outputs:
            data = output.get("data", {})
            html = re.sub(r"<[^>]*>", " ", data.get("text/html", ""))
            texts = [output.get("text", ""), data.get("text/plain", ""), html]
            assert not [m for t in texts for m in PATH.findall(t)], cell.source
