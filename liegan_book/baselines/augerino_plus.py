"""Augerino+: LieGAN's generator inside a supervised loss, without an adversary.

Augerino (Benton et al. 2020, arXiv:2010.11882) learns how far to move along known generators by
training a predictor on moved data. With LieGAN's generator in its place the directions are learned
too. There is no discriminator: both players want the predictor to be right on moved data,

    min over f, L of  E |f(gx) - gy|² + λ |E cos(gx, x)|.

A predictor can be right on data that no longer looks like the data, so nothing in the loss asks g
to be a symmetry of the law; the poster and its paper call this method Augerino+.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from liegan_min.base.errors import InputError
from liegan_min.game import losses
from liegan_min.game.discriminator import perceptron
from liegan_min.game.game import Game

_NO_Y = "Augerino+ learns from predicting y, and there is none; give y"


class Supervised(NamedTuple):
    """What a step, or an epoch of them, leaves to look at: losses and cosine terms, (m,) each."""

    loss: Tensor
    cosine: Tensor

    def terms(self) -> Tensor:
        """Return the mean of each of TERMS: both players have the same loss here."""
        loss = self.loss.mean()
        return torch.stack([loss, loss, self.cosine.mean()])

    @classmethod
    def together(cls, steps: list[Supervised]) -> Supervised:
        """Put the steps of an epoch end to end."""
        loss, cosine = zip(*steps, strict=True)
        return cls(torch.stack(loss), torch.stack(cosine))


class AugerinoPlus(Game):
    """The supervised game: `discriminator` is a predictor of y from x, and helps.

    Its settings are those of `GameConfig`; `lr_discriminator` is the predictor's. A label is
    predicted by its logits, under the cross-entropy.

    Raises:
        InputError: if there is no y to predict.
    """

    def make_discriminator(
        self, inputs: int, outputs: int, classes: int, scale: Tensor | None
    ) -> nn.Module:
        """Return the predictor: linear layers with rectifiers between, as published."""
        if not outputs:
            raise InputError(_NO_Y)
        widths = [inputs if classes else inputs - outputs, *self.config.hidden, outputs]
        return nn.Sequential(nn.Flatten(), *perceptron(widths))

    def discriminator_advantage(self, x: Tensor, y: Tensor | None) -> float | None:
        """Return None: no one here tells moved data from real."""
        return None

    def loss(self, gx: Tensor, gy: Tensor | None) -> Tensor:
        """Return the predictor's error on moved data, ()."""
        if gy is None:
            raise InputError(_NO_Y)
        predicted = self.discriminator(gx)
        if self.generator.y_kind == "label":
            return F.cross_entropy(predicted, gy.reshape(-1))
        return F.mse_loss(predicted, gy.flatten(1))

    def step(self, x: Tensor, y: Tensor | None) -> Supervised:  # type: ignore[override]
        """Play one step on a batch: x, (b, t, k), and y."""
        gx, gy = self.generator(x, y, self.rng)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.amp):
            loss = self.loss(gx, gy)
        same = losses.cosine(gx, x)
        terms = [loss.float(), self.config.cosine * same, *self.penalties()]
        total = torch.stack(terms).sum()
        grads = torch.autograd.grad(total, [*self.generator_params, *self.discriminator_params])
        self.update(grads[: len(self.generator_params)], grads[len(self.generator_params) :])
        return Supervised(loss.detach().float(), same.detach())
