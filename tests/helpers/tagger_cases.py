"""Jets and networks for the tests of the tagger: the reference's, in the package's classes."""

import numpy as np
import pytest
import torch

from liegan_min.equivariant import jet_graph
from liegan_min.equivariant.jet_graph import JetGraphs
from liegan_min.equivariant.jets import Jets
from liegan_min.equivariant.lorentznet import LorentzNet
from tests.helpers import lorentznet_reference as reference

#: The names of the package, for those of the reference.
NAMES = {"phi_e.1": "edge.phi_e_first", "phi_e": "edge.norm", "phi_e.2": "edge.phi_e_second"}
NAMES |= {"phi_m": "edge.phi_m", "phi_x.1": "edge.phi_x_first", "phi_x.2": "edge.phi_x_second"}
NAMES |= {"phi_h.1": "phi_h.first", "phi_h": "phi_h.norm", "phi_h.2": "phi_h.second"}
WHOLE = {"embed": "embedding", "out.1": "decoder.0", "out.2": "decoder.3"}
KINDS = {"W": "weight", "b": "bias", "gamma": "weight", "beta": "bias"}
KINDS |= {"mean": "running_mean", "var": "running_var"}

SEES = ["invariants", "components", "distance"]


def package_name(name):
    """Return the name that one of the reference's weights has in the package."""
    part, kind = name.rsplit(".", 1)
    if part in WHOLE:
        return f"{WHOLE[part]}.{KINDS[kind]}"
    layer, part = part.split(".", 1)
    return f"layers.{layer}.{NAMES[part]}.{KINDS[kind]}"


def loaded(w, J, sees, dtype=torch.float64, training=False, c=reference.C):
    """Return a network with given weights, without dropout."""
    layers = sum(name.endswith(".phi_m.W") for name in w)
    net = LorentzNet(
        torch.as_tensor(J), sees, hidden=len(w["embed.b"]), layers=layers, dropout=0.0, c=c
    ).to(dtype)
    state = {package_name(name): torch.from_numpy(value) for name, value in w.items()}
    net.load_state_dict(state | {"J": net.J})
    return net.train(training)


def network(
    sees="invariants", J=reference.ETA, dtype=torch.float64, training=False, seed=0, **size
):
    """Return a network with weights that leave nothing out."""
    w = reference.weights(np.random.default_rng(seed), sees, **size)
    return loaded(w, J, sees, dtype, training)


def as_jets(parts):
    """Return jets from a list of (n, 4)."""
    n = len(parts)
    p = np.concatenate([np.zeros((0, 4), np.float32), *parts])
    counts = np.array([len(part) for part in parts], np.int64)
    return Jets(p, counts, (np.arange(n) % 2).astype(np.int8), np.zeros((n, 4), np.float32))


def random_jets(counts, seed=0):
    """Return jets of some sizes; their second constituents have a mass."""
    rng = np.random.default_rng(seed)
    return as_jets([reference.momenta(rng, n) for n in counts])


def everything(jets, beams=True, dtype=torch.float64, **options):
    """Return all the jets as one batch, and the row of each."""
    graphs, rows = JetGraphs(jets, beams=beams, **options).batch(np.arange(len(jets)))
    return graphs.to(dtype), rows


def within(most, jets, beams=True, **options):
    """Return all jets as a batch, cut into blocks of at most so many edges."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jet_graph, "CPU_EDGES", most)
        return everything(jets, beams, **options)


def in_order(values, rows):
    """Return the values of a batch in the order of the jets."""
    out = torch.empty_like(values)
    out[torch.from_numpy(rows)] = values
    return out
