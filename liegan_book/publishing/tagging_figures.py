"""The figures of the taggers, each with one name and one colour. Needs the extra `book`."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from liegan_book.publishing.figures import DATA, LEARNED, MOVED, TRUTH

#: What a tagger is called, by the method of its records.
NAMES = {
    "lorentznet": "LorentzNet",
    "liegnn": "LieGNN",
    "lorentznet-wo": "LorentzNet (w/o)",
    "egnn": "EGNN",
    "boosted-trees": "boosted trees",
    "liegnn-held-long": "LieGNN, sharper form",
}
_INKS = (LEARNED, DATA, MOVED, "#cc79a7", TRUTH, "#56b4e9")
COLOURS = dict(zip(NAMES.values(), _INKS, strict=True))
_TREES = NAMES["boosted-trees"]


def rejection(share: pd.DataFrame, width: float = 6.0) -> None:
    """Draw 1/ε_B of the QCD jets that pass, (shares of tops kept, taggers), `width` inches wide."""
    curve = 1 / share.replace(0, np.nan)  # unbounded where no QCD jet passes, and not drawn
    colours = [COLOURS[str(name).split(", ")[0]] for name in share]
    lines = ["--" if name == _TREES else "-" for name in share]
    ax = curve.plot(logy=True, color=colours, style=lines, figsize=(width, width / 1.5))
    ax.set(xlabel=r"$\varepsilon_S$, tops kept", ylabel=r"$1 / \varepsilon_B$")


def invariance(along: pd.DataFrame, fixed: pd.DataFrame) -> None:
    """Draw how answers change, (rapidities, taggers): solid with moved beams, dashed with fixed."""
    ax = along.plot(logy=True, style="o-", color=COLOURS, ms=4, figsize=(6.4, 4.2))
    fixed.plot(ax=ax, logy=True, style="s--", color=COLOURS, ms=4, alpha=0.7)
    ax.set(xlabel="rapidity of the boost", ylabel="change of the answer")
    ax.legend(
        ax.lines[: along.shape[1]], [*map(str, along)], loc="center left", bbox_to_anchor=(1, 0.5)
    )


def sample_efficiency(runs: pd.DataFrame) -> None:
    """Draw the mean of `wrong` against `jets` for each `system`, with bars from best to worst."""
    names = [name for m, name in NAMES.items() if m in set(runs["system"])]
    beside = 1.02 ** runs["system"].map({m: k - 2 for k, m in enumerate(NAMES)})
    _, ax = plt.subplots(figsize=(6.4, 4.2))
    sns.lineplot(
        x=runs["jets"] * beside,  # side by side, so that bars do not hide
        y=runs["wrong"],
        hue=runs["system"].map(NAMES),
        style=runs["system"].map(NAMES),
        hue_order=names,
        palette=COLOURS,
        markers={name: "s" if name == _TREES else "o" for name in names},
        dashes={name: (4, 2) if name == _TREES else "" for name in names},
        errorbar=("pi", 100),
        err_style="bars",
        err_kws={"capsize": 2},
        markeredgewidth=0,
        markersize=5,
        ax=ax,
    )
    ax.set(xscale="log", yscale="log", xlabel="training jets", ylabel="1 − AUROC")
    jets, ticks = sorted(runs["jets"].unique()), [0.015, 0.02, 0.03, 0.05, 0.07]
    ax.set_xticks(jets, [f"{n:,}" for n in jets])
    ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    ax.legend(title=None, loc="center left", bbox_to_anchor=(1, 0.5))
