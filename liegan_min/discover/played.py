"""The same question put to the game: played from many starts at once, and judged as all answers.

LieGAN is played on white samples, where every symmetry of a law is a turn. Each start has a
generator of its own, and some of them fail: one shrinks until it moves nothing, which no
discriminator sees through, and another comes to rest where the discriminator wins. Neither is told
by the game itself. So it plays on one half of the samples, and the other half decides by the weak
form which of its matrices are symmetries. The rank test on all samples says how many there are.
"""

from __future__ import annotations

import numpy as np
import torch

from liegan_min.algebra import linalg
from liegan_min.algebra.linalg import Array
from liegan_min.base import tolerances
from liegan_min.base.options import RunOptions
from liegan_min.discover.answer import Answer, Certificate, named
from liegan_min.discover.frame import Frame
from liegan_min.discover.law import (
    ALPHA,
    DELTA,
    LEVEL,
    Condition,
    Judge,
    condition,
    p_values,
    unfit,
    verdict,
)
from liegan_min.discover.observables import Samples
from liegan_min.game.fourier import Waves
from liegan_min.game.pairs import Pairs
from liegan_min.game.restarts import moves, side_by_side
from liegan_min.game.stack import StackConfig

#: Steps in an epoch, so that how long is played does not depend on how many rows there are.
STEPS, BATCH = 50, 128
#: Sixteen games of a thousand steps: as many starts as so(4) has dimensions, and ten more.
SETTINGS = StackConfig(
    channels=16,
    hidden=(64, 64),
    batch=BATCH,
    epochs=20,
    epoch_size=STEPS * BATCH,
    lr_generator=1e-2,
    lr_discriminator=5e-3,
    anneal=True,
    reject=1e-3,
    ema=0.99,
    waves=Waves(fastest=4.0),
)


def played(samples: Samples, frame: Frame, seed: int) -> Answer:
    """Answer for a joint law, from white samples, by playing on a half of them."""
    if answer := unfit(samples):
        return answer
    finder, others = samples.halves(seed)
    judge = Judge(others, seed)
    settings = SETTINGS.changed(batch=min(BATCH, len(finder.z) // 2))
    options = RunOptions(seed=seed, device="cpu")
    L = side_by_side(_pairs(finder), settings, options=options).L
    awake = L[moves(L)].numpy()
    bounds = np.array([judge.violation(M[None]).bound(ALPHA) ** 0.5 for M in awake])
    settled = bounds <= DELTA
    asked = condition(samples, seed)
    p = p_values(asked)[0]
    count = sum(value >= LEVEL for value in p)
    told = (
        f"of {len(L)} games {len(L) - len(awake)} shrank to nothing, {settled.sum()} ended at a "
        f"symmetry and {(~settled).sum()} elsewhere; the rank test counts {count}"
    )
    directions = asked.directions[:1]
    if settled.any():
        directions = _span(awake[settled], bounds[settled])[: max(count, 1)]
    judged = judge.violation(directions)
    while len(directions) > 1 and judged.bound(ALPHA) > DELTA**2:  # so many are not spanned
        directions = directions[:-1]
        judged = judge.violation(directions)
    bound = judged.bound(ALPHA) ** 0.5
    if settled.any():
        told += f", and the closed form is within {_apart(directions, asked):.1f}°"
    said, why, next_step = verdict(count, bound, samples)
    q = len(directions) if settled.any() and said != "none" else 0
    if count > q:  # a game that does not find it does not show that it is not there
        said = "found" if said == "found" and q else "undecided"
        next_step = "ask the closed form too (method auto)"
    basis = frame.readable(directions)[0][:q]
    return Answer(
        said,
        "; ".join(text for text in (told, why) if text),
        named((directions - directions.swapaxes(1, 2))[:q]),
        basis,
        standard_errors=np.full_like(basis, np.nan),
        p_value=p[min(max(q, 1), len(p)) - 1],
        violation=judged.squared**0.5,
        certificate=Certificate(bound, ALPHA),
        spectrum=asked.spectrum,
        noise=(asked.used / samples.independent) ** 0.5,
        next_step=next_step,
    )


def _pairs(samples: Samples) -> Pairs:
    """Return the samples as the game takes them; a label becomes numbers, one for each class."""
    labels = np.eye(int(samples.labels.max()) + 1)[samples.labels]
    carried = np.concatenate([samples.numbers, labels[:, 1:]], axis=1)
    y = torch.from_numpy(carried).float() if carried.shape[1] else None
    return Pairs(torch.from_numpy(samples.z).float(), y, "scalar")


def _span(L: Array, bounds: Array) -> Array:
    """Return an orthonormal basis, (q, r, r), of what L, (c, r, r), span.

    The first of them are those that most matrices hold, and those that are least violated.
    """
    flat = L.reshape(len(L), -1)
    weight = 1 / (bounds.clip(min=0.01) * np.linalg.norm(flat, axis=1))
    _, s, rows = np.linalg.svd(flat * weight[:, None])
    q = int((s >= tolerances.SUPPORT * s[0]).sum())
    return np.asarray(rows[:q].reshape(q, *L.shape[1:]))


def _apart(L: Array, asked: Condition) -> float:
    """Return the angle, in degrees, between a span and the closed form's of that dimension."""
    q = len(L)
    angles = linalg.angles_between(L.reshape(q, -1), asked.directions[:q].reshape(q, -1))
    return float(np.degrees(angles[-1]))
