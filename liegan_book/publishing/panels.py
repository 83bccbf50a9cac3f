"""Panels that chapters 5 to 7 fill their figures with: an orbit that is predicted, runs, a jet.

Needs the extra `book`. Like `figures`, every function draws on axes that it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike
from torch import Tensor

from liegan_book.datasets.jets.observables import RADIUS, subjet_of
from liegan_book.datasets.kinematics import cylindrical, wrap
from liegan_book.publishing.figures import DATA, LEARNED, MOVED, MUTED, TRUTH
from liegan_min.equivariant.jets import Jets


def orbit(ax: Axes, seen: Tensor, ahead: Tensor, predicted: Tensor) -> None:
    """Draw states of one orbit, (s, k), by the position of body 1: given, to come, predicted."""
    ax.plot(*seen[:, :2].T, "o", color=TRUTH, ms=5, label="seen")
    ax.plot(*ahead[:, :2].T, "o", color=TRUTH, ms=5, mfc="white", label="to predict")
    ax.plot(*predicted[:, :2].T, "x-", color=MOVED, label="predicted")
    ax.plot(0, 0, "+", color=MUTED)
    ax.set(xlabel="$q_1^x$", ylabel="$q_1^y$", aspect="equal")


def seeds(ax: Axes, x: ArrayLike, y: ArrayLike, color: str, label: str = "", **style: Any) -> None:
    """Draw a line for each run, y of shape (runs, n) over x, (n,), under one name in the legend."""
    lines = np.asarray(y).T
    names = [label or "_", *["_"] * (lines.shape[1] - 1)]
    ax.plot(x, lines, color=color, label=names, **{"lw": 1} | style)


def courses(
    axes: Iterable[Axes], x: ArrayLike, named: Mapping[str, ArrayLike], stops: Iterable[float]
) -> None:
    """Fill a panel for each quantity, (runs, n) over x, (n,), on log scales; dashed: where to stop.

    The panel's y axis is called by the name of its quantity.
    """
    for ax, (name, y) in zip(axes, named.items(), strict=True):
        seeds(ax, x, y, LEARNED)
        ax.set(xscale="log", yscale="log", ylabel=name)
        for stop in stops:
            ax.axvline(stop, color=TRUTH, ls="--", lw=0.5, alpha=0.5)


def momenta(across: Axes, energy: Axes, p: Tensor, color: str, label: str) -> None:
    """Draw four-momenta in GeV, (n, 4): in the plane across the beam, and energy against |p|."""
    dots: dict[str, Any] = {"ms": 2, "color": color, "label": label, "alpha": 0.5}
    across.plot(p[:, 1], p[:, 2], ".", **dots)
    energy.plot(p[:, 1:].norm(dim=1), p[:, 0], ".", **dots)
    across.set(xlabel="$p_x$ in GeV", ylabel="$p_y$ in GeV", aspect="equal")
    energy.set(xlabel="$|p|$ in GeV", ylabel="$E$ in GeV")


def prongs(ax: Axes, jet: Jets) -> None:
    """Draw one jet around its axis: area for transverse momentum, a colour for each of 3 subjets.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    pt, eta, phi = cylindrical(jet.constituents.astype(np.float64))
    _, axis_eta, axis_phi = cylindrical(jet.momentum()[0])
    colours = np.array([DATA, MOVED, LEARNED])[subjet_of(jet, 3)]
    place = eta - axis_eta, wrap(phi - axis_phi)
    ax.scatter(*place, s=8 * pt, color=colours, alpha=0.6, lw=0.5, edgecolor="white")
    ax.add_patch(Circle((0, 0), RADIUS, fill=False, color=MUTED, lw=1))
    ticks = [-0.8, -0.4, 0, 0.4, 0.8]
    ax.set(xlim=(-1, 1), ylim=(-1, 1), xticks=ticks, yticks=ticks, aspect="equal")
    ax.set(xlabel=r"$\Delta\eta$", ylabel=r"$\Delta\phi$")


def two_classes(ax: Axes, jets: pd.DataFrame, column: str, bins: ArrayLike, label: str) -> None:
    """Draw the distribution of a column over jets of the `kind` "top" and "QCD".

    What lies beyond the bins, (n,), counts in the outermost ones.
    """
    edges = np.asarray(bins)
    sns.histplot(
        x=jets[column].clip(edges[0], edges[-1]), hue=jets["kind"], bins=edges, ax=ax,
        hue_order=("top", "QCD"), palette=(MOVED, DATA),
        stat="density", common_norm=False, element="step", alpha=0.25, lw=1.6,
    )  # fmt: skip
    ax.set(xlabel=label, ylabel="", yticks=[], xlim=(edges[0], edges[-1]))
    ax.spines["left"].set_visible(False)
    sns.move_legend(ax, "best", title="")
