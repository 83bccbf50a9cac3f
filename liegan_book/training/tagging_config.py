"""The settings of a tagger's training, and the learning rate that they describe."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from liegan_min.base.settings import Settings


class TaggingConfig(Settings):
    """Settings of a tagger and of its training. The defaults are LorentzNet's published ones."""

    public: bool = Field(False, description="train on the public benchmark, not on our jets")
    jets: int | None = Field(None, ge=2, description="training jets, from the first; default: all")
    constituents: int | None = Field(None, ge=1, description="leading ones kept; default: all")
    rest: bool = Field(False, description="keep the sum of the other constituents, as one more")
    beams: bool = Field(True, description="add the two beam particles")
    hidden: int = Field(72, ge=1)
    layers: int = Field(6, ge=1)
    dropout: float = Field(0.2, ge=0, lt=1)
    c: float = Field(5e-3, ge=0, description="weight of a layer's step in x")
    batch: int = Field(128, ge=2, description="jets in a step, over all processes")
    epochs: int = Field(35, ge=1)
    lr: float = Field(1e-3, gt=0)
    weight_decay: float = Field(0.01, ge=0)
    warmup: float = Field(5, ge=0, description="epochs over which the rate rises")
    restart: float = Field(4, gt=0, description="epochs of the first cosine; each next is double")
    tail: float = Field(4, ge=0, description="last epochs, in each of which the rate is halved")
    amp: bool = Field(False, description="compute in bfloat16 where it is safe")

    @model_validator(mode="after")
    def _fits(self) -> TaggingConfig:
        if self.warmup + self.tail > self.epochs:
            raise ValueError(
                f"warmup {self.warmup:g} and tail {self.tail:g} are longer than {self.epochs} "
                "epochs together"
            )
        return self

    def rate(self, epoch: float) -> float:
        """Return the learning rate at a time in epochs, from 0.

        It rises along a line, then falls along cosines to 0, each twice as long as the last, and is
        halved in each epoch of the tail. The published schedule takes the same values once an
        epoch; here they change at every step.
        """
        if epoch < self.warmup:
            return self.lr * epoch / self.warmup
        end = self.epochs - self.tail
        late = max(0.0, epoch - end)
        t, length = min(epoch, end) - self.warmup, self.restart
        while t > length:
            t, length = t - length, 2 * length
        cosine = (1 + math.cos(math.pi * t / length)) / 2
        return float(self.lr * cosine * 0.5**late)
