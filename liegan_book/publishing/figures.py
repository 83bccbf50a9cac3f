"""The book's figures: one style, and the pictures that more than one chapter draws.

Needs the extra `book`. Every function draws on axes that it is given: a chapter decides the page.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb, to_rgba
from numpy.typing import NDArray
from torch import Tensor

#: Colours that stay apart for colour-blind readers, by what they stand for.
DATA, MOVED, TRUTH, LEARNED, MUTED = "#0072b2", "#d55e00", "#333333", "#009e73", "#8c8c8c"

#: Names of the eight numbers of a two-body state.
STATE = [f"${v}_{body}^{axis}$" for body in "12" for v in "qp" for axis in "xy"]


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


def _ink(colour: Any) -> str:
    """Return the one of black and white that stands out more from a colour (WCAG 2)."""
    c = np.array(to_rgb(colour))
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return "white" if linear @ [0.2126, 0.7152, 0.0722] < 0.179 else "black"


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
    size = max(6.5, 11.0 - len(a))  # a larger cell has room for larger digits
    for i, j in np.argwhere(np.abs(a) >= 0.05 * limit):
        ax.text(j, i, f"{a[i, j]:.2f}", ha="center", va="center", fontsize=size,
                color=_ink(image.to_rgba(a[i, j])))  # fmt: skip
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


def flow(ax: Axes, L: Tensor | NDArray[np.float64], limit: float) -> None:
    """Draw the lines along which exp(wL), L: (2, 2), carries the points of a square around 0."""
    grid = np.linspace(-limit, limit, 60)
    plane = np.stack(np.meshgrid(grid, grid), axis=-1)
    u, v = np.moveaxis(plane @ np.asarray(L, dtype=np.float64).T, -1, 0)
    look = {"cmap": sns.husl_palette(l=0.5, as_cmap=True), "linewidth": 0.9, "arrowsize": 0.8}
    angle = np.arctan2(plane[..., 1], plane[..., 0])
    ax.streamplot(grid, grid, u, v, color=angle, density=1.5, **look)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    ax.axis("off")
