# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # On a GPU
#
# Everything else in this book ran on one core of a processor. One command asks a GPU what it makes
# of the same code: whether its answers are the processor's, how long a training step takes beside
# what the GPU could do at best, how often the poster's games succeed over hundreds of seeds that
# are played at once, and how far the tagger's published recipe gets on several times the jets.
#
# ```bash
# liegan data jets --jets 80000 --seed 2302 --out data/cache/jets-80000.npz  # 16 minutes, once
# liegan bench gpu --plan             # what each part should take; measures nothing
# liegan bench gpu                    # at most eight minutes on one GPU
# liegan execute gpu && make book     # puts the new records on this page
# ```
#
# Every part ends within its own time limit and leaves a record in `data/results/gpu`. Without a
# GPU, `liegan bench gpu --smoke --device cpu` plays all parts at toy size. What a machine without
# a network needs is listed by `liegan bench gpu --help`.

# %% tags=["remove-input"]
from IPython.display import display

from liegan_book import records
from liegan_book.publishing import gpu_page
from liegan_book.publishing.figures import use_style

use_style()
runs = {run.method: run for run in records.load_all("gpu", profile="gpu")}
if not runs:
    print("There are no records of a GPU yet.")

# %% mystnb={"markdown_format": "myst"} tags=["remove-input"]
for shown in gpu_page.tables(runs):
    display(shown)

# %% mystnb={"figure": {"caption": "The published recipe, epoch by epoch, on a GPU.", "name": "fig-gpu-curves"}, "image": {"alt": "Two panels with a curve for LorentzNet and one for LieGNN: on the left the loss over the epochs, on the right the accuracy on the validation jets."}} tags=["remove-input"]
if runs.keys() & gpu_page.TAGGERS.keys():
    gpu_page.curves(runs)
