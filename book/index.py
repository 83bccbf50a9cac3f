# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The LieGAN book
#
# A data set can know its own symmetry. LieGAN {cite:p}`yang2023liegan` reads it off: a
# generator moves the data by $g = \exp\left(\sum_i w_i L_i\right)$, a discriminator tries to
# tell moved data from real, and where it fails, the matrices $L_i$ span the Lie algebra of a
# symmetry. Nobody told it which group to look for.
#
# This book explains the method from the ground up, runs it, and holds every table of the
# poster against what came out. Where a result does not reproduce, it says so, finds the
# reason, and shows the remedy.

# %% tags=["remove-input"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.display import Markdown

from liegan_min import linalg, records, tables
from liegan_min.algebra import act
from liegan_min.datasets import store
from liegan_min.figures import use_style
from liegan_min.poster import TABLES

use_style()

# %% mystnb={"figure": {"caption": "Where one orbit goes under $\\exp(wL)$. Nobody drew this rosette: $L$ is the matrix that the expanded search learned from orbits that start in the lower half-plane (a record of chapter 4); only its speed was set, so that $w$ runs once around. The dark arc is the data.", "name": "fig-rosette"}, "image": {"alt": "A ring of forty copies of one orbital arc, fanned out around the centre and coloured around the circle like a wheel; one dark arc marks the original."}} tags=["remove-input"]
orbits = store.load("two-body")["train"]
P = torch.from_numpy(linalg.support(orbits))
record = records.load_all("two-body-discovery", "liegan-es", "paper")[0]
L = torch.tensor(record.arrays["basis"][0], dtype=torch.float64)
L = L / torch.linalg.eigvals(P.T @ L @ P).imag.max()

near, far = np.argsort(np.linalg.norm(orbits[:, 0, :2], axis=1))[[5, -5]]
fig, ax = plt.subplots(figsize=(6.2, 6.2))
for orbit, width in ((near, 1.8), (far, 1.8)):
    state = torch.from_numpy(orbits[orbit]).double()
    for w in torch.linspace(0, 2 * torch.pi, 41)[:-1]:
        x = act(torch.matrix_exp(w * L), state).numpy()
        color = plt.colormaps["twilight_shifted"](float(w) / (2 * np.pi))
        ax.plot(x[:, 0], x[:, 1], color=color, lw=width, solid_capstyle="round")
    ax.plot(state[:, 0], state[:, 1], color="black", lw=3.5, solid_capstyle="round")
ax.set_aspect("equal")
ax.axis("off")
plt.show()

# %% [markdown]
# ## Where it stands
#
# Every row is a claim of the poster. The verdict follows a rule that is stated once, in
# `liegan_min/tables.py`, from run records that are committed with the book.


# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
def standing(experiment):
    rows = [
        r
        for r in tables.table(experiment)
        if r.method in SHOWN or r.poster is not None
    ]
    runs = sum(r.n for r in rows)
    if not runs:
        return "not run yet", "–"
    passed = "; ".join(
        f"{r.method}: {r.verdict} ({r.passed} of {r.n} seeds)" for r in rows
    )
    return passed, str(runs)


SHOWN = (
    "liegan",
    "liegan-es",
)  # what the poster claims; chapter 4 has controls beside them
lines = [
    "| task | the poster's claim | verdict | runs |",
    "| --- | --- | --- | --- |",
]
for name, t in TABLES.items():
    verdict, n = standing(name)
    lines.append(f"| {t.task} | {t.claim} | {verdict} | {n} |")
body = "\n".join(lines)
Markdown(f"```{{table}} The poster's claims\n:name: tab-scoreboard\n\n{body}\n```")

# %% [markdown]
# ## How to read it
#
# - **You want to understand.** Read {doc}`01-symmetry`, {doc}`02-lie-groups` and
#   {doc}`03-liegan` in order. Each runs alone, in under a minute, on a laptop. Exercises have
#   solutions.
# - **You want the numbers again.** {doc}`04-two-body` has the first table with error bars.
#   `liegan table two-body-discovery` prints it; `liegan run two-body-discovery liegan
#   --profile paper --seed 0` makes one of its runs again.
# - **You have data of your own.** `liegan discover data.npz --channels 1 --json` looks for a
#   symmetry of the pairs $(x, y)$ in the file.
#
# ```bash
# git clone https://github.com/liegan-book/liegan-book && cd liegan-book
# make book     # build this site
# make test     # run every check
# ```
#
# Each chapter has the same rhythm: what is claimed, the equation, a few lines of code that
# are that equation, and an assertion or a picture that shows it. The code uses the paper's
# symbols: `L` for the basis, `w` for the coefficients, `g` for a group element, `J` for an
# invariant form. What ran where, and for how long, is on the page {doc}`status`.
