"""Discoveries without a game, to judge."""

import numpy as np
import torch

from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import Discovery


def discovery(algebra, support=None, epochs=3):
    """A discovery of `algebra`, as if a game had ended with it."""
    return Discovery(
        algebra=algebra,
        last=algebra,
        bases=algebra.basis.float().expand(epochs, *algebra.basis.shape),
        history=torch.zeros(epochs, 3),
        support=np.eye(algebra.k) if support is None else support,
        discriminator_advantage=0.25,
        seconds=1.5,
        seed=7,
        config=GameConfig(),
    )
