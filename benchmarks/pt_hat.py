"""How much the cut on the hard process biases the jets: what it removes, and how that differs.

    liegan bench pt_hat --jets 1000 --low 300

The committed jets come from hard processes with pt above 400 GeV. Radiation before the collision
can lift a softer one into the window of 550 to 650 GeV. This simulates from a lower cut and prints,
for each class, the share of accepted jets that the cut of 400 GeV would have lost, with its
standard error, and the median mass below and above it.
"""

from __future__ import annotations

import argparse
from typing import Any, get_args

import numpy as np
from _timing import show

from liegan_book.datasets.jets.production import make_shard
from liegan_book.datasets.jets.simulate import JetConfig, Kind
from liegan_book.datasets.kinematics import mass


def bias(kind: Kind, jets: int, low: float, seed: int) -> dict[str, Any]:
    """Return the share below the committed cut, its standard error, and both median masses."""
    cut = JetConfig().pt_hat_min
    made, pt_hat = make_shard(kind, 0, JetConfig(pt_hat_min=low, shard=jets), seed)
    m = mass(made.momentum())
    below = pt_hat < cut
    share = below.mean()
    return {
        f"{kind}: share below {cut:.0f} GeV": share,
        f"{kind}: standard error": np.sqrt(share * (1 - share) / jets),
        f"{kind}: median mass below, GeV": np.median(m[below]),
        f"{kind}: median mass above, GeV": np.median(m[~below]),
    }


def main() -> None:
    """Parse the command line and print the shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--jets", type=int, default=1000, help="accepted jets of each class")
    parser.add_argument("--low", type=float, default=300.0, help="cut to simulate from, in GeV")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    a = parser.parse_args()
    result: dict[str, Any] = {}
    for kind in get_args(Kind):
        result |= bias(kind, a.jets, a.low, a.seed)
    show(result, a.json, digits=3)


if __name__ == "__main__":
    main()
