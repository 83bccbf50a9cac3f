"""FastJet (arXiv:1111.6097) on ragged arrays of four-momenta: the one place that calls it."""

from __future__ import annotations

import importlib
from typing import Any, Literal

from liegan_book.extras import needed
from liegan_min.equivariant.jets import F64, I64

_TASK = "clustering jets"


def clustered(p: F64, counts: I64, algorithm: Literal["antikt", "kt"], radius: float) -> Any:
    """Cluster each of several sets of particles; return FastJet's cluster sequence of all of them.

    Args:
        p: four-momenta (E, px, py, pz), (m, 4), the sets end to end.
        counts: (n,), particles in each set.
        algorithm: how distances are measured.
        radius: R of the jets.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    fastjet, ak = needed("fastjet", _TASK), needed("awkward", _TASK)
    # Its banner goes to the process's output, past Python; the module's docstring cites it.
    importlib.import_module("fastjet._swig").ClusterSequence.set_fastjet_banner_stream(None)
    columns = dict(zip(("E", "px", "py", "pz"), p.T, strict=True))
    definition = fastjet.JetDefinition(getattr(fastjet, f"{algorithm}_algorithm"), radius)
    sets = ak.unflatten(ak.zip(columns, with_name="Momentum4D"), counts)
    return fastjet.ClusterSequence(sets, definition)
