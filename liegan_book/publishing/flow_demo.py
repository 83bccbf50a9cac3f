"""An interactive figure: a slider moves points of the plane along exp(wL).

One self-contained piece of HTML, with SVG and a script inside: no kernel, no network. Its first
frame is drawn here, with `LieAlgebra.exp`, so that it makes sense where scripts do not run. Markup,
style and script are the files `flow_demo.html`, `.css` and `.js` beside this one. Colours of text
and lines follow the page (`currentColor`), so the figure reads in light and dark.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from string import Template

import numpy as np
import torch
from numpy.typing import NDArray

from liegan_min.algebra.lie_algebra import LieAlgebra

Array = NDArray[np.float64]

START = 0.6  # the first frame's w
STEP = 0.05  # of the slider
ORBIT_POINTS = 120


@dataclass(frozen=True)
class Flow:
    """A generator and how to show it.

    Attributes:
        label: its name.
        L: (2, 2).
        w_max: the slider runs from -w_max to w_max.
        keeps: what is constant along its orbits, in words.
        seeds: (n, 2), a point on each orbit that is drawn.
        span: orbits are drawn for w from -span to span.
    """

    label: str
    L: Array
    w_max: float
    keeps: str
    seeds: Array
    span: float


def _ring(n: int) -> Array:
    angle = 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


_RADII = np.array([0.4, 0.8, 1.2, 1.6, 2.0, 2.4, 2.8])
_ALONG = np.stack([_RADII, 0 * _RADII], axis=1)
_CROSS = np.concatenate([_ALONG, -_ALONG, _ALONG[:, ::-1], -_ALONG[:, ::-1]])
_UP = np.concatenate([_ALONG[:, ::-1], -_ALONG[:, ::-1]])


def _flow(label: str, L: object, w_max: float, keeps: str, seeds: Array, span: float) -> Flow:
    return Flow(label, np.asarray(L, dtype=np.float64), w_max, keeps, seeds, span)


FLOWS = {
    "rotation": _flow("rotation", [[0, -1], [1, 0]], 3.15, "x² + y²", _ALONG, np.pi),
    "boost": _flow("boost (hyperbolic)", [[0, 1], [1, 0]], 1.5, "x² − y²", _CROSS, 2.6),
    "shear": _flow("shear", [[0, 1], [0, 0]], 2.5, "y", _UP, 16.0),
    "dilation": _flow("dilation", [[1, 0], [0, 1]], 1.2, "the direction of (x, y)", _ring(16), 4.0),
    "spiral": _flow(
        "spiral", [[0.2, -1], [1, 0.2]], 3.15, "log r − 0.2 × angle", _ring(8), 3 * np.pi
    ),
}

#: The points that move: a square patch away from the origin, (25, 2), row by row.
CLOUD = np.stack(np.meshgrid(np.linspace(0.8, 1.8, 5), np.linspace(0.1, 1.1, 5)), -1).reshape(-1, 2)
CORNERS = (0, 4, 24, 20)  # of the patch, in order around it


def move(flow: Flow, w: Array, points: Array) -> Array:
    """Return exp(w L) applied to points, (m, n, 2), for w, (m,), and points, (n, 2)."""
    g = LieAlgebra(torch.as_tensor(flow.L)[None]).exp(torch.as_tensor(w)[:, None])
    return np.asarray(np.einsum("mij,nj->mni", g.numpy(), points))


def part(kind: str) -> str:
    """Return the figure's markup (a template), style or script: "html", "css" or "js"."""
    return (resources.files("liegan_book.publishing") / f"flow_demo.{kind}").read_text("utf-8")


def html(start: str = "rotation", w: float = START) -> str:
    """Return the figure, to be shown with `IPython.display.HTML`.

    Its element ids are fixed (`flow-demo` and names that begin with it): one to a page. What the
    slider moves carries the attribute `data-moving`.
    """
    flow = FLOWS[start]
    cloud = move(flow, np.array([w]), CLOUD)[0]
    orbits = move(flow, np.linspace(-flow.span, flow.span, ORBIT_POINTS + 1), flow.seeds)
    trails = move(flow, np.linspace(0, w, ORBIT_POINTS + 1), CLOUD[list(CORNERS)])
    g = move(flow, np.array([w]), np.eye(2))[0].T
    data = {
        "flows": {
            key: {
                "L": f.L.tolist(),
                "max": f.w_max,
                "keeps": f.keeps,
                "seeds": np.round(f.seeds, 6).tolist(),
                "span": round(f.span, 6),
            }
            for key, f in FLOWS.items()
        },
        "cloud": np.round(CLOUD, 6).tolist(),
        "corners": CORNERS,
        "points": ORBIT_POINTS,
        "step": STEP,
    }
    return Template(part("html")).substitute(
        style=part("css"),
        options="".join(
            f'<option value="{key}"{" selected" * (key == start)}>{f.label}</option>'
            for key, f in FLOWS.items()
        ),
        orbits=_path(orbits.transpose(1, 0, 2)),
        trails=_path(trails.transpose(1, 0, 2)),
        ghost=_path(CLOUD[None, list(CORNERS)], closed=True),
        ghosts="".join(_circle(p, "fd-ghost") for p in CLOUD),
        patch=_path(cloud[None, list(CORNERS)], closed=True),
        dots="".join(_circle(p, "fd-dot", " data-moving") for p in cloud),
        generator=_cells(flow.L),
        element=_cells(g),
        det=_number(np.linalg.det(g)),
        keeps=flow.keeps,
        max=flow.w_max,
        step=STEP,
        w=w,
        w_text=_number(w),
        data=json.dumps(data, separators=(",", ":"), ensure_ascii=False),
        script=part("js"),  # expm2: L = m + N, N² = delta (Cayley-Hamilton), exp(wN) = C + S N
    )


def _path(curves: Array, closed: bool = False) -> str:
    """SVG path data of curves, (n, m, 2)."""
    curves = np.round(curves, 3) + 0.0  # no "-0.0"
    return "".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in curve) + "Z" * closed for curve in curves
    )


def _circle(point: Array, kind: str, more: str = "") -> str:
    x, y = np.round(point, 3) + 0.0
    return f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="0.05"{more}/>'


def _number(value: float) -> str:
    return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")


def _cells(matrix: Array) -> str:
    return "".join(f"<span>{_number(v)}</span>" for v in matrix.ravel())
