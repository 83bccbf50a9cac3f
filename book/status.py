# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Status
#
# What ran, where, and for how long. Everything on this page is read from the committed
# notebooks and records.
#
# ## Chapters
#
# The outputs on this site come from one execution of each chapter. Every check of the book
# runs the chapters again and compares.

# %% tags=["remove-input"]
import json
from collections import Counter

import numpy as np
from IPython.display import Markdown

from liegan_book.records import paths
from liegan_book import records
from liegan_book.results import tables

notebooks = sorted((paths.root() / "book").glob("[0-9]*.ipynb"))
facts = {p.stem: json.loads(p.read_text())["metadata"]["liegan"] for p in notebooks}


def table(head, rows):
    return Markdown(tables.markdown(head, rows))


# %% mystnb={"markdown_format": "myst"} tags=["nbval-ignore-output", "remove-input"]
table(
    ["chapter", "seconds", "Python", "NumPy", "PyTorch", "Matplotlib", "machine"],
    [
        [
            f"{{doc}}`{name}`",
            f["seconds"],
            f["python"],
            *(f["versions"][p] for p in ("numpy", "torch", "matplotlib")),
            f["machine"],
        ]
        for name, f in facts.items()
    ],
)

# %% [markdown]
# ## Records
#
# A record is one run of one method. Times are of one thread.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
runs = records.load_all()
groups = {}
for r in runs:
    groups.setdefault((r.experiment, r.method, r.profile), []).append(r)
table(
    ["experiment", "method", "profile", "runs", "CPU seconds a run", "peak memory"],
    [
        [
            *key,
            len(g),
            f"{np.median([r.cpu_seconds for r in g]):.0f}",
            f"{max(r.peak_memory_mb for r in g):.0f} MB",
        ]
        for key, g in groups.items()
    ],
)

# %% [markdown]
# ## Hardware and sources
#
# The first table tells what the runs ran on, the second from which sources. The last column
# tells whether the checkout was clean when a run began: no file was changed, and for the
# first records not even one lay there that git does not know. The checksum of the module's
# sources tells whether the module itself differed.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
machines = Counter(
    (r.machine.cpu, r.machine.device, r.machine.threads) for r in runs
)
commits = Counter(
    (
        (r.sources.git_commit or "none")[:7],
        r.sources.sha256[:12],
        r.sources.git_dirty,
    )
    for r in runs
)
table(
    ["runs", "processor", "device", "threads"],
    [[n, *m] for m, n in sorted(machines.items())],
)

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
table(
    ["runs", "commit", "sources", "clean checkout"],
    [
        [n, f"`{commit}`", f"`{sources}`", "no" if dirty else "yes"]
        for (commit, sources, dirty), n in sorted(commits.items())
    ],
)
