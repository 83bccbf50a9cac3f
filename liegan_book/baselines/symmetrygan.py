"""SymmetryGAN (Desai et al. 2022, arXiv:2112.05722): a free group element and a discriminator.

The generator is a matrix g, the same for every sample: no exponential, no coefficients, so what is
found is one element of the symmetry group and not its algebra.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from liegan_min.algebra import linalg
from liegan_min.base.errors import InputError
from liegan_min.base.options import RunOptions
from liegan_min.equivariant.augmentation import Moves
from liegan_min.game import loop
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import set_up
from liegan_min.game.game import Game
from liegan_min.game.generator import LieGenerator, YKind
from liegan_min.game.pairs import Pairs


class ElementGenerator(LieGenerator):
    """Moves everything by the one matrix g = L[0], which is free inside the mask."""

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Return g, n times, (n, k, k)."""
        return self.L[0].expand(n, -1, -1)


class SymmetryGAN(Game):
    """LieGAN's game with one group element in place of a generator of them."""

    def make_generator(self, k: int, mask: Tensor | None, y_kind: YKind) -> LieGenerator:
        """Return the player that moves the data."""
        return ElementGenerator(
            k, mask=mask, init_scale=self.config.init_scale, y_kind=y_kind, rng=self.rng
        )


@dataclass(frozen=True)
class Element:
    """What SymmetryGAN found.

    Attributes:
        g: (k, k), the averaged matrix, float64.
        last: (k, k), the matrix of the last step: what the published code reports.
        course: how the game went; its bases, (epochs, 1, k, k), are matrices g.
        support: (k, r), the directions in which x is not zero.
    """

    g: Tensor
    last: Tensor
    course: loop.Course
    support: linalg.Array
    seed: int
    config: GameConfig

    @property
    def seconds(self) -> float:
        """Wall time, over all the sittings of a resumed run."""
        return self.course.seconds


def discover_element(
    pairs: Pairs,
    config: GameConfig | None = None,
    *,
    rules: type[SymmetryGAN] = SymmetryGAN,
    mask: Tensor | None = None,
    options: RunOptions | None = None,
) -> Element:
    """Find one element of the symmetry group of a joint law.

    Args and errors: those of `discovery.play_game`; it knows no `within`.
    """
    config, options = config or GameConfig(), options or RunOptions()
    start = set_up(pairs, config, rules=rules, mask=mask, options=options)
    course = loop.play(start.game, start.train, start.key, options)
    return Element(
        g=course.bases[-1, 0].double(),
        last=start.game.generator.L[0].detach().cpu().double(),
        course=course,
        support=start.support,
        seed=options.seed,
        config=config,
    )


class FromElement(Moves):
    """g from one element h or the identity, each as likely: so SymmetryGAN is published.

    Raises:
        InputError: if h is not square, not finite, or has no inverse.
    """

    g: Tensor
    inverse: Tensor

    def __init__(self, h: Tensor) -> None:
        super().__init__()
        if h.ndim != 2 or h.shape[0] != h.shape[1] or not torch.isfinite(h).all():
            raise InputError(
                f"a group element must be a finite square matrix, not {tuple(h.shape)}"
            )
        h = h.double()
        if torch.linalg.cond(h) > 1e8:
            raise InputError("the group element has no inverse: its condition number exceeds 1e8")
        g = torch.stack([torch.eye(len(h)).to(h), h])
        self.register_buffer("g", g.float(), persistent=False)
        self.register_buffer("inverse", torch.linalg.inv(g).float(), persistent=False)

    def draw(self, n: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw g and g⁻¹, each (n, k, k)."""
        which = torch.randint(len(self.g), (n,), generator=rng).to(self.g.device)
        return self.g[which], self.inverse[which]
