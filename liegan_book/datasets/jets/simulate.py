"""Jets of top quarks and of lighter partons, simulated: proton collisions to labelled jets.

Pythia 8.3 (arXiv:2203.11601) makes the events, FastJet (arXiv:1111.6097) finds the jets. The
selection is that of the public top-tagging benchmark (Kasieczka et al., Zenodo record 2603256):
14 TeV, no multiple interactions, the leading anti-kT jet of R = 0.8 with 550 < pt < 650 GeV and
|η| < 2; a top jet has the top quark and the three quarks of its decay within ΔR = 0.8 of its axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from liegan_book.datasets.jets.clustering import clustered
from liegan_book.datasets.jets.detector import Particles, energy_flow
from liegan_book.datasets.jets.events import Events, matched_top
from liegan_book.datasets.kinematics import cylindrical, massless
from liegan_book.extras import needed
from liegan_min.base.settings import Settings
from liegan_min.equivariant.jets import F64, I64, Jets

Kind = Literal["top", "qcd"]

_TASK = "simulating jets"

#: Events that one call to the generator makes; a batch holds about 100 MB.
_BATCH = 250

_PROCESS = {
    "top": (
        "Top:gg2ttbar = on",
        "Top:qqbar2ttbar = on",
        "24:onMode = off",
        "24:onIfAny = 1 2 3 4 5",  # W to quarks only: hadronic tops
    ),
    "qcd": ("HardQCD:all = on",),
}


class JetConfig(Settings):
    """What is simulated, selected and kept; the defaults are the benchmark's, where it says."""

    energy: float = Field(14000.0, gt=0, description="of the collision, in GeV")
    pt_hat_min: float = Field(400.0, gt=0, description="least pt of the hard process, in GeV")
    pt_min: float = Field(550.0, gt=0)
    pt_max: float = Field(650.0, gt=0)
    eta_max: float = Field(2.0, gt=0)
    radius: float = Field(0.8, gt=0, description="of the jets, and of the match to the quarks")
    constituents: int = Field(200, ge=1, description="most that are kept, by falling pt")
    shard: int = Field(1000, ge=1, description="jets in a file of a production, all of one class")

    @model_validator(mode="after")
    def _window(self) -> JetConfig:
        if self.pt_min >= self.pt_max:
            raise ValueError(f"pt_min must be below pt_max, not {self.pt_min} and {self.pt_max}")
        return self


def ready() -> None:
    """Ask for all packages of the extra before any work is begun.

    Raises:
        MissingExtraError: naming the first that is not installed.
    """
    for package in ("pythia8mc", "fastjet", "awkward"):
        needed(package, _TASK)


def _pythia(kind: Kind, config: JetConfig, seed: int) -> Any:
    pythia8mc = needed("pythia8mc", _TASK)
    pythia = pythia8mc.Pythia("", False)
    settings = (
        "Print:quiet = on",
        f"Beams:eCM = {config.energy}",
        f"PhaseSpace:pTHatMin = {config.pt_hat_min}",
        "PartonLevel:MPI = off",
        # Longer-lived particles reach the calorimeter: they decay there, if at all.
        "ParticleDecays:limitTau0 = on",
        "ParticleDecays:tau0Max = 10",
        "Random:setSeed = on",
        f"Random:seed = {seed}",
        *_PROCESS[kind],
    )
    for line in settings:
        if not pythia.readString(line):
            raise RuntimeError(f"Pythia does not know the setting {line!r}")
    if not pythia.init():
        raise RuntimeError("Pythia could not start; see what it printed")
    return pythia


def charges(pythia: Any, pdg: I64) -> F64:
    """Return the electric charges that Pythia gives particles of these codes, (m,)."""
    codes, index = np.unique(pdg, return_inverse=True)
    return np.array([float(pythia.particleData.charge(c)) for c in codes.tolist()])[index]


def cluster(p: F64, event: I64, config: JetConfig) -> tuple[F64, I64, list[I64]]:
    """Find the leading jet of each event and keep those in the window.

    Args:
        p: massless objects, (m, 4).
        event: (m,), ascending.
        config: the window.

    Returns:
        four-momenta (n, 4), events (n,), and the rows in p of each one's constituents.
    """
    ak = needed("awkward", _TASK)
    present, first, counts = np.unique(event, return_index=True, return_counts=True)
    found = clustered(p, counts, "antikt", config.radius)
    jets = found.inclusive_jets(min_pt=config.pt_min)
    members = found.constituent_index(min_pt=config.pt_min)
    n_jets, flat = np.asarray(ak.num(jets)), ak.flatten(jets)
    four = np.stack([np.asarray(flat[c]) for c in ("E", "px", "py", "pz")], axis=1)
    pt, eta, _ = cylindrical(four)
    owner = np.repeat(np.arange(len(present)), n_jets)
    order = np.lexsort((-pt, owner))
    lead = order[np.unique(owner[order], return_index=True)[1]]
    lead = lead[(pt[lead] < config.pt_max) & (np.abs(eta[lead]) < config.eta_max)]
    parts = ak.flatten(members)[lead]
    sizes, rows = np.asarray(ak.num(parts)), np.asarray(ak.flatten(parts)).astype(np.int64)
    rows += np.repeat(first[owner[lead]], sizes)
    return four[lead], present[owner[lead]], np.split(rows, np.cumsum(sizes))[:-1]


def _sorted(p: F64, most: int) -> NDArray[np.float32]:
    """Return constituents by falling pt, at most so many, exactly massless in float32."""
    pt, eta, phi = cylindrical(p)
    order = np.argsort(-pt, kind="stable")[:most]
    return massless(pt[order], eta[order], phi[order]).astype(np.float32)


def batches(
    kind: Kind, config: JetConfig, seed: np.random.SeedSequence
) -> Iterator[tuple[Jets, F64]]:
    """Simulate without end: each batch is its jets, and the pt of the hard process of each.

    Raises:
        MissingExtraError: if the extra `jets` is not installed.
    """
    ready()
    own, detector = seed.spawn(2)
    # Pythia takes seeds from 1 to 9e8.
    pythia = _pythia(kind, config, 1 + int(own.generate_state(1)[0]) % 900_000_000)
    rng = np.random.default_rng(detector)
    while True:
        record = Events.of(pythia.nextBatch(_BATCH))
        final = np.flatnonzero(record.final)
        pdg, event = record.pdg[final], record.event_of(final)
        stable = Particles(record.p[final], pdg, charges(pythia, pdg), event)
        yield _selected(kind, config, record, *energy_flow(stable, rng))


def _selected(
    kind: Kind, config: JetConfig, record: Events, p: F64, event: I64
) -> tuple[Jets, F64]:
    """Return the jets of the window, and the pt of the hard process of each."""
    axes, events, rows = cluster(p, event, config)
    truth = np.zeros((len(axes), 4))
    if kind == "top":
        top = matched_top(record, axes, events, config.radius)
        keep = np.flatnonzero(top >= 0)
        truth, events, rows = record.p[top[keep]], events[keep], [rows[i] for i in keep]
    parts = [_sorted(p[r], config.constituents) for r in rows]
    jets = Jets(
        np.concatenate([np.zeros((0, 4), np.float32), *parts]),
        np.array([len(x) for x in parts], np.int64),
        np.full(len(parts), int(kind == "top"), np.int8),
        truth.astype(np.float32),
    )
    return jets, record.pt_hat[events]
