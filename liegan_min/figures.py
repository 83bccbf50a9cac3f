"""The book's figures: one style, and the pictures that more than one chapter draws.

Needs the extra `book`. Every function draws on axes that it is given: a chapter decides the page.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from numpy.typing import NDArray
from torch import Tensor

#: Colours that stay apart for colour-blind readers, by what they stand for.
DATA, MOVED, TRUTH, LEARNED, MUTED = "#0072b2", "#d55e00", "#333333", "#009e73", "#999999"

#: Names of the eight numbers of a two-body state.
STATE = [
    r"$q_1^x$",
    r"$q_1^y$",
    r"$p_1^x$",
    r"$p_1^y$",
    r"$q_2^x$",
    r"$q_2^y$",
    r"$p_2^x$",
    r"$p_2^y$",
]


def use_style() -> None:
    """Set the book's style for every figure that follows."""
    sns.set_theme(context="notebook", style="ticks", palette="colorblind")
    plt.rcParams.update(
        {
            "figure.dpi": 110,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": "medium",
            "font.size": 10,
            "legend.frameon": False,
            "mathtext.fontset": "cm",
            "figure.constrained_layout.use": True,
        }
    )


def heat(
    ax: Axes,
    L: Tensor | NDArray[np.float64],
    title: str = "",
    labels: list[str] | None = None,
    limit: float | None = None,
) -> Any:
    """Draw a matrix, (k, k), as a heat map, white at 0, with its larger entries written in."""
    a = np.asarray(L, dtype=np.float64)
    limit = limit or float(np.abs(a).max()) or 1.0
    image = ax.imshow(a, cmap="RdBu_r", vmin=-limit, vmax=limit)
    for i, j in np.argwhere(np.abs(a) >= 0.05 * limit):
        dark = abs(a[i, j]) > 0.6 * limit
        ax.text(j, i, f"{a[i, j]:.2f}", ha="center", va="center", fontsize=6.5,
                color="white" if dark else "black")  # fmt: skip
    ticks = range(len(a))
    ax.set_xticks(ticks, labels or [str(i) for i in ticks], fontsize=8)
    ax.set_yticks(ticks, labels or [str(i) for i in ticks], fontsize=8)
    ax.tick_params(length=0)
    ax.set_title(title)
    sns.despine(ax=ax, left=True, bottom=True)
    return image


def path(ax: Axes, xy: NDArray[np.float64], color: str, label: str = "", **style: Any) -> None:
    """Draw a path in the plane, (n, 2), that grows solid along its way, with a dot at its end."""
    n = len(xy)
    alphas = np.linspace(0.15, 1.0, n - 1)
    for i in range(n - 1):
        ax.plot(*xy[i : i + 2].T, color=to_rgba(color, alphas[i]), solid_capstyle="round", **style)
    ax.plot(*xy[-1], "o", color=color, ms=4, label=label)
    ax.set_aspect("equal")
