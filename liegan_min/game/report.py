"""Discovery on the user's own data: the settings that suit it, and what to tell the user."""

from __future__ import annotations

from typing import Any

import torch

from liegan_min.algebra.identify import identify
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base.options import RunOptions
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import Discovery, discover
from liegan_min.game.pairs import Pairs


def discover_file(
    pairs: Pairs,
    *,
    channels: int = 1,
    epochs: int = 100,
    batch: int = 64,
    options: RunOptions | None = None,
) -> Discovery:
    """Discover with settings for data of unknown scale: standardised inputs, an early stop.

    A fifth of the samples is held out, so that the discriminator's advantage can be measured.
    """
    config = GameConfig.of(
        channels=channels,
        epochs=epochs,
        batch=batch,
        standardise=True,
        ema=0.99,
        stop_angle=0.01,
    )
    return discover(pairs, config, held_out=0.2, options=options)


def report(found: Discovery) -> dict[str, Any]:
    """Return what a discovery says, in plain numbers that JSON can hold.

    The algebra is named by PᵀLP, which is all that data on the support P can tell about L.
    """
    form, P = found.invariant_form(), torch.from_numpy(found.support)
    return {
        "basis": found.algebra.basis.tolist(),
        "dimension": found.dimension,
        "algebra": identify(LieAlgebra(P.mT @ found.algebra.basis @ P)),
        "closure_defect": found.algebra.closure_defect(),
        "support_rank": int(found.support.shape[1]),
        "invariant_form": form.J.tolist(),
        "invariant_form_gap": form.gap,
        "discriminator_advantage": found.discriminator_advantage,
        "epochs": len(found.bases),
        "stopped_early": found.stopped_early,
        "seconds": found.seconds,
        "seed": found.seed,
    }
