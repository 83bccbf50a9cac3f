"""The game between two laws: what carries the points of one to those of another?

LieGAN moves data and compares them with themselves, so that what it finds keeps the data's law. The
same two players can compare the moved points with others: g ~ γ_β is then to carry the law of the
upright points to that of the seen ones, label by label,

    min over L, β  max over D   E log D(seen, y) + E log(1 - D(g upright, y)).

What is found need not be a group. A range of angles that ends at 45° is an answer here, and could
not be one where both laws are the same (see `datasets.comparison`).
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from liegan_book.baselines.symmetrygan import SymmetryGAN
from liegan_min.base.errors import InputError
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game
from liegan_min.game.generator import YKind


class Carried(Game):
    """LieGAN's game on samples x, (n, 2, k): x[:, 0] is moved, and x[:, 1] is what is seen.

    The two need not belong together but for their label, or number, y.

    Raises:
        InputError: if a sample does not hold two vectors, or y is a vector: one y cannot belong to
            both.
    """

    def __init__(
        self, config: GameConfig, k: int, inputs: int, *, y_kind: YKind = "label", **options: Any
    ) -> None:
        if y_kind == "vector":
            raise InputError(
                "y is a vector; between two laws make it a label or a number, or leave it out"
            )
        numbers = 0 if y_kind == "label" else options.get("outputs", 0)
        if inputs - numbers != 2 * k:
            raise InputError(
                f"x must be (n, 2, {k}), what is moved and what is seen, and a sample holds "
                f"{inputs - numbers} numbers; stack the two"
            )
        super().__init__(config, k, inputs, y_kind=y_kind, **options)

    def make_discriminator(
        self, inputs: int, outputs: int, classes: int, scale: Tensor | None
    ) -> nn.Module:
        """Return the discriminator: it sees one of the two vectors, in units of the seen."""
        k = self.generator.mask.shape[0]
        seen = None if scale is None else scale[k:]
        return super().make_discriminator(inputs - k, outputs, classes, seen)

    def distributions(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is moved and what is seen, (b, 1, k) each."""
        return x[:, :1], x[:, 1:]


class CarriedElement(Carried, SymmetryGAN):
    """SymmetryGAN between two laws: one matrix g is to do it for all points."""
