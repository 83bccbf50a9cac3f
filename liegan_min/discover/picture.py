"""A report as a picture, and as a page that needs nothing else.

For each question: how fast every direction of all matrices breaks the symmetry, beside what chance
would make of it; the violation with its bound; and of each generator its flow and its matrix.
"""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from liegan_min.algebra.linalg import Array
from liegan_min.base import files
from liegan_min.base.errors import InputError, MissingExtraError
from liegan_min.discover.answer import Answer, Question

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

#: Generators that are drawn of an answer, and columns up to which entries are written out.
DRAWN, WRITTEN = 6, 6
#: Colours that stay apart for colour-blind readers, on white and on black.
_KEEPS, _BREAKS, _MUTED = "#0a9e73", "#d55e00", "#8c8c8c"
#: A colour that no one draws with: on a page it becomes the page's own.
_INK = "#010203"
_INKED = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
_STYLE: dict[Any, Any] = dict.fromkeys(_INKED, _INK) | {"svg.hashsalt": "report"}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }}
pre {{ font-size: 0.85rem; overflow-x: auto; }}
figure {{ margin: 0; overflow-x: auto; }} svg {{ max-width: 100%; height: auto; }}
</style></head><body>
<h1>{title}</h1>
<pre>{text}</pre>
{figures}
</body></html>
"""


def plot(answers: Mapping[Question, Answer], columns: tuple[str, ...], unit: Array) -> Figure:
    """Draw answers; `unit`, (k,), is the root mean square of each column.

    Raises:
        InputError: if no answer has anything to draw.
        MissingExtraError: without matplotlib.
    """
    pyplot, styled = _matplotlib()
    shown = {q: answer for q, answer in answers.items() if len(answer.spectrum)}
    if not shown:
        raise InputError("no answer has anything to draw: print the report, it says why")
    heights = [_rows(answer) for answer in shown.values()]
    with styled():
        figure: Figure = pyplot.figure(figsize=(8, 2.9 * sum(heights)), layout="constrained")
        parts = figure.subfigures(len(shown), 1, height_ratios=heights, squeeze=False)
        for (question, answer), part in zip(shown.items(), parts[:, 0], strict=True):
            _draw(part, question, answer, columns, unit)
    return figure


def page(
    answers: Mapping[Question, Answer],
    columns: tuple[str, ...],
    unit: Array,
    *,
    text: str,
    title: str,
    path: Path,
) -> None:
    """Write text and pictures as an HTML file that needs no other file, whole or not at all.

    Raises:
        LieganError: if it cannot be written.
        MissingExtraError: without matplotlib.
    """
    pyplot, styled = _matplotlib()
    figures = []
    for question, answer in answers.items():
        if not len(answer.spectrum):
            continue
        drawn, svg = plot({question: answer}, columns, unit), io.StringIO()
        with styled():
            drawn.savefig(svg, format="svg", transparent=True, metadata={"Date": None})
        pyplot.close(drawn)
        inside = svg.getvalue().partition("<svg")[2].replace(_INK, "currentColor")
        alt = html.escape(_told(question, answer), quote=True)
        figures.append(f'<figure role="img" aria-label="{alt}"><svg{inside}</figure>')
    filled = _PAGE.format(
        title=html.escape(title), text=html.escape(text), figures="\n".join(figures)
    )
    files.write_atomic(path, filled.encode())


def _matplotlib() -> tuple[Any, Callable[[], AbstractContextManager[None]]]:
    """Return pyplot, and what sets the style of a report's figures for a while."""
    try:
        import matplotlib as mpl
        from matplotlib import pyplot
    except ImportError:
        raise MissingExtraError(
            "a picture needs matplotlib; install it with: pip install matplotlib"
        ) from None
    return pyplot, lambda: mpl.rc_context(_STYLE | {"font.size": 9})


def _told(question: str, answer: Answer) -> str:
    name = f", {answer.name}" if answer.name else ""
    return f"The {question}: {answer.verdict}{name}. Spectrum, violation with bound, generators."


def _rows(answer: Answer) -> int:
    """Return how many rows an answer takes: one, and one for each generator that is drawn."""
    return 1 + min(answer.dimension, DRAWN)


def _draw(
    part: SubFigure, question: str, answer: Answer, columns: tuple[str, ...], unit: Array
) -> None:
    name = f": {answer.name}" if answer.name else ""
    part.suptitle(f"{question}: {answer.verdict}{name}", fontweight="bold")
    axes = part.subplots(_rows(answer), 2, squeeze=False)
    _spectrum(axes[0, 0], answer)
    _violation(axes[0, 1], answer)
    for i, row in enumerate(axes[1:]):
        L, errors = (a[i] / unit[:, None] * unit for a in (answer.basis, answer.standard_errors))
        _flow(row[0], L, columns, f"flow of $L_{i + 1}$")
        _matrix(row[1], L, errors, columns)


def _spectrum(ax: Axes, answer: Answer) -> None:
    """Draw what each direction of all matrices violates, and what chance would make of it."""
    values = answer.spectrum
    floor = max(values.max(), 1e-300) * 1e-16
    order, found = np.arange(1, len(values) + 1), np.arange(len(values)) < answer.dimension
    ax.semilogy(order[~found], values[~found].clip(floor), "o", color=_BREAKS, ms=4, label="breaks")
    ax.semilogy(order[found], values[found].clip(floor), "o", color=_KEEPS, ms=4, label="keeps")
    if answer.noise:
        ax.axhline(answer.noise, color=_MUTED, ls="--", label="chance")
    ax.set(xlabel="direction of all matrices", ylabel="violation")
    ax.legend(frameon=False)


def _violation(ax: Axes, answer: Answer) -> None:
    """Draw the violation of what was found and the bound that it is not above."""
    ax.set(ylim=(-1, 1), yticks=[], xlabel="violation, on samples that were not searched")
    if answer.violation is not None and answer.certificate is not None:
        bound = answer.certificate.delta
        ax.plot([answer.violation, bound], [0, 0], color=_KEEPS, lw=2)
        ax.plot(answer.violation, 0, "o", color=_KEEPS)
        sure = 1 - answer.certificate.alpha
        ax.annotate(f"at most {bound:.2g}\n({sure:.0%} confidence)", (bound, 0.1), ha="right",
                    va="bottom")  # fmt: skip
        ax.set_xlim(0, max(1.15 * bound, 1e-300))


def _flow(ax: Axes, L: Array, columns: tuple[str, ...], title: str) -> None:
    """Draw the flow of L in the plane of the two columns between which it carries most."""
    k = len(L)
    carried = np.square(L) + np.square(L.T)
    np.fill_diagonal(carried, 0)
    i, j = (0, 0) if k == 1 else np.unravel_index(int(carried.argmax()), carried.shape)
    grid = np.linspace(-2, 2, 24)
    X, Y = np.meshgrid(grid, grid)
    ax.streamplot(X, Y, L[i, i] * X + L[i, j] * Y, L[j, i] * X + L[j, j] * Y, color=_KEEPS,
                  density=0.7, linewidth=1)  # fmt: skip
    ax.plot(0, 0, ".", color=_MUTED)
    ax.set(title=title, xlabel=columns[i], ylabel=columns[j], aspect="equal")


def _matrix(ax: Axes, L: Array, errors: Array, columns: tuple[str, ...]) -> None:
    """Draw a matrix as a heat map, entries with standard errors where there is room for them."""
    limit = float(np.abs(L).max()) or 1.0
    image = ax.imshow(L, cmap="RdBu_r", vmin=-limit, vmax=limit)
    ticks = range(len(L))
    ax.set_xticks(ticks, columns, fontsize=7, rotation=45, ha="right")
    ax.set_yticks(ticks, columns, fontsize=7)
    ax.set_title("in units of each column's spread")
    if len(L) > WRITTEN:
        ax.figure.colorbar(image, ax=ax)
        return
    for i, j in np.ndindex(L.shape):
        error = f"\n±{errors[i, j]:.1g}" if np.isfinite(errors[i, j]) else ""
        value = f"{L[i, j]:.2f}".replace("-0.00", "0.00")
        ink = "white" if abs(L[i, j]) > 0.6 * limit else "black"
        ax.text(j, i, value + error, ha="center", va="center", fontsize=7, color=ink)
