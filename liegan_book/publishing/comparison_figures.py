"""The figures of the comparison of methods: what its tasks look like, and its matrix of marks.

Needs the extra `book`. Like `figures`, every function draws on axes that it is given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from liegan_book.datasets.comparison import Task
from liegan_book.publishing.figures import DATA, LEARNED, MOVED, MUTED
from liegan_book.results.text import poster_text


def seen_from(task: Task, points: Tensor) -> tuple[Tensor, Tensor]:
    """Return points, (n, 3), in the plane of a task's turns, (n, 2), and along their axis, (n,).

    The first direction of the plane is where the points of label 0 lie, or the first point.
    """
    L = task.direction.float()
    axis = torch.stack([L[2, 1], L[0, 2], L[1, 0]])
    ahead = (task.x[task.y == 0] if task.carried else task.x[:1]).mean(0)
    u = F.normalize(ahead - (ahead @ axis) * axis, dim=0)
    return points @ torch.stack([u, L @ u], 1), points @ axis


def cloud(plane: Axes, profile: Axes, task: Task, n: int = 400) -> None:
    """Draw n points of each law of a task: in the plane of its turns, and height over distance."""
    laws = {MOVED: task.seen, DATA: task.x} if task.carried else {DATA: task.x}
    for colour, points in laws.items():
        across, height = seen_from(task, points[:n])
        plane.plot(*across.T, ".", color=colour, ms=3)
        profile.plot(across.norm(dim=1), height, ".", color=colour, ms=3)
    plane.set(xticks=[], yticks=[])
    plane.set_aspect("equal", "datalim")
    profile.set(xlabel="distance")


def matrix(ax: Axes, cells: pd.DataFrame) -> None:
    """Shade cells, a frame of `Row`s, by the share of seeds that succeed; hatch one without a run.

    Into each the share is written large, and small below it the poster's mark and the verdict.
    """
    share = cells.map(lambda row: row.passed / row.n if row.n else np.nan)
    green = sns.blend_palette(["white", LEARNED], as_cmap=True)
    edges = {"linewidths": 0.8, "linecolor": MUTED}
    sns.heatmap(share, vmin=0, vmax=4 / 3, cmap=green, cbar=False, ax=ax, **edges)
    ax.patch.set(hatch="///", edgecolor=MUTED)  # shows where a cell is not filled
    ax.spines[:].set(visible=True, color=MUTED)
    for (i, j), row in np.ndenumerate(cells.to_numpy()):
        look: dict[str, Any] = {"ha": "center", "va": "center"}
        if not row.n:
            look["bbox"] = {"fc": "white", "ec": "none", "pad": 1.5}
        found = f"{row.passed}/{row.n}" if row.n else "cannot express" if row.reason else "–"
        ax.text(j + 0.5, i + 0.4, found, size=15 if row.n else 10, **look)
        if row.poster is not None:
            said = f"poster {poster_text(row)}: {row.on_our_data}"
            ax.text(j + 0.5, i + 0.8, said, size=8, **look)
    ax.xaxis.tick_top()
    ax.tick_params(length=0, rotation=0)
