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

import pandas as pd

from liegan_book import paths, records
from liegan_book.publishing.page import table

# %% mystnb={"markdown_format": "myst"} tags=["nbval-ignore-output", "remove-input"]
notebooks = sorted((paths.root() / "book").glob("[0-9]*.ipynb"))
ran = [json.loads(path.read_text())["metadata"]["liegan"] for path in notebooks]
facts = pd.json_normalize(ran)
facts["chapter"] = [f"{{doc}}`{path.stem}`" for path in notebooks]
versions = ["versions.numpy", "versions.torch", "versions.matplotlib"]
table(
    (
        "chapter",
        "CPU seconds",
        "Python",
        "NumPy",
        "PyTorch",
        "Matplotlib",
        "machine",
    ),
    facts[["chapter", "cpu_seconds", "python", *versions, "machine"]].to_numpy(),
)

# %% [markdown]
# ## Records
#
# A record is one run of one method. Times are of one thread.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
told = [r for r in records.load_all() if r.profile != "quick"]
dumps = [record.model_dump(exclude={"arrays"}) for record in told]
unknown = {"sources.git_commit": "none", "sources.git_dirty": False}
runs = pd.json_normalize(dumps).fillna(unknown)
costs = runs.groupby(["experiment", "method", "profile"]).agg(
    n=("seed", "size"),
    seconds=("cpu_seconds", "median"),
    memory=("peak_memory_mb", "max"),
)
table(
    ("experiment", "method", "profile", "runs", "CPU seconds a run", "peak memory"),
    [(*key, n, f"{s:.0f}", f"{mb:.0f} MB") for key, n, s, mb in costs.itertuples()],
)

# %% [markdown]
# ## Hardware and sources
#
# The first table tells what the runs ran on, the second from which sources. The last column
# tells whether the checkout was clean when a run began: no file was changed, and for the
# first records not even one lay there that git does not know. The checksum of the module's
# sources tells whether the module itself differed.

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
machines = runs.groupby(["machine.cpu", "machine.device", "machine.threads"]).size()
table(
    ("runs", "processor", "device", "threads"),
    [(n, *m) for m, n in machines.items()],
)

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
columns = ["sources.git_commit", "sources.sha256", "sources.git_dirty"]
sources = runs.groupby(columns).size()
table(
    ("runs", "commit", "sources", "clean checkout"),
    [
        (n, f"`{commit[:7]}`", f"`{sha[:12]}`", "no" if dirty else "yes")
        for (commit, sha, dirty), n in sources.items()
    ],
)
