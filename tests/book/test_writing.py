"""Rules of writing that a machine can check: figures, code cells, the frame of a chapter."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest

from .chapters import code, committed, notebooks, numbered, prose

CHAPTERS = pytest.mark.parametrize("name", notebooks())
NUMBERED = pytest.mark.parametrize("name", numbered())


def figures(name):
    """Return (caption, label, alt text) for each cell of a chapter that shows an image."""
    for cell in code(committed(name)):
        if any(k.startswith("image/") for o in cell.outputs for k in o.get("data", {})):
            mystnb = cell.metadata.get("mystnb", {})
            figure = mystnb.get("figure", {})
            yield (
                figure.get("caption", ""),
                figure.get("name", ""),
                mystnb.get("image", {}).get("alt", ""),
                cell.source,
            )


@CHAPTERS
def test_every_figure_has_a_caption_a_label_and_alt_text(name):
    for caption, label, alt, source in figures(name):
        assert len(caption) > 10, source
        assert label.startswith("fig-"), source
        assert len(alt) > 10, source
        assert alt != caption, source


#: What a chapter says of its run time, and the CPU seconds that it may have taken.
RUN_TIMES = {
    "a few seconds": (0, 20),
    "under half a minute": (10, 30),
    "under a minute": (25, 60),
    "about a minute": (40, 90),
    "about two minutes": (80, 150),
}


@NUMBERED
def test_the_run_time_is_what_the_last_run_took(name):
    (said,) = re.findall(r"\*\*Run time\*\* ([\w ]+?) on one\s+core", prose(committed(name)))
    low, high = RUN_TIMES[said]
    assert low <= committed(name).metadata["liegan"]["cpu_seconds"] <= high


def test_labels_of_figures_are_unique():
    labels = Counter(label for name in notebooks() for _, label, _, _ in figures(name))
    assert not [label for label, n in labels.items() if n > 1]


@CHAPTERS
def test_code_fits_the_page(name):
    for cell in code(committed(name)):
        lines = cell.source.rstrip().split("\n")
        assert not [line for line in lines if len(line) > 85]
        assert not lines[-1].endswith(";"), f"shown anyway by the checks: {lines[-1]}"


@CHAPTERS
def test_one_title_and_no_skipped_heading(name):
    text = re.sub(r"(?ms)^(`{3,}|~{3,}|:{3,}).*?^\1", "", prose(committed(name)))
    levels = [len(m) for m in re.findall(r"(?m)^(#+) ", text)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


@NUMBERED
def test_a_chapter_has_its_frame(name):
    text = prose(committed(name))
    opening = text[:2500].lower()
    assert "what you will learn" in opening
    assert "run time" in opening
    assert "need" in opening
    assert re.search(r"(?mi)^#+ .*\blimits\b", text), "no section on the limits of what was shown"
    exercises = re.findall(r"\{exercise\}[^\n]*\n(?:[^\n]*\n)??:label: (\S+)", text)
    assert exercises
    solutions = re.findall(r"\{solution(?:-start)?\} (\S+)\n((?::[^\n]*\n)*)", text)
    assert {label for label, _ in solutions} == set(exercises), "each exercise has its solution"
    assert all("dropdown" in options for _, options in solutions), "solutions open on a click"
