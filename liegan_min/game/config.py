"""The settings of a discovery: every number that the outcome depends on, checked in one place."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from liegan_min.base.settings import Settings
from liegan_min.game.coefficients import Coefficients, IntegerGrid, Normal, Uniform


class GameConfig(Settings):
    """Settings of the adversarial game. The defaults are the published ones (LieGAN, ICML 2023)."""

    channels: int = Field(1, ge=1, description="number of basis matrices c")
    coefficients: Literal["normal", "uniform", "integer-grid"] = "normal"
    scale: float = Field(1.0, gt=0, description="standard deviation of normal coefficients")
    low: float = Field(-1.0, description="lower end of uniform or integer coefficients")
    high: float = Field(1.0, description="upper end of uniform or integer coefficients")
    zero: bool = Field(True, description="whether an integer grid holds 0")
    learn_coefficients: bool = False
    init_scale: float = Field(1.0, ge=0, description="standard deviation of L at the start")
    strength: float | None = Field(
        None, gt=0, description="norm that each L_i is held at; default: it is free, as published"
    )
    hidden: tuple[int, ...] = Field((512, 512), description="widths of the discriminator")
    standardise: bool = Field(
        False, description="divide the discriminator's inputs by their spread"
    )
    batch: int = Field(64, ge=2)
    epochs: int = Field(100, ge=1)
    epoch_size: int | None = Field(
        None, ge=1, description="samples in an epoch, drawn anew each time; default: all"
    )
    lr_generator: float = Field(1e-3, gt=0)
    lr_discriminator: float = Field(2e-4, gt=0)
    anneal: bool = Field(
        False, description="let both learning rates fall to 0, as the square of what is left"
    )
    beta1_generator: float = Field(0.5, ge=0, lt=1)
    cosine: float = Field(1.0, ge=0, description="λ: weight of |E cos(gx, x)|")
    correlation: float = Field(1.0, ge=0, description="η: weight of the channel correlation")
    reject: float = Field(
        1e-12, ge=0, lt=1, description="belief below which a moved sample loses its pull"
    )
    norm: float = Field(0.0, ge=0, description="μ: weight of the Frobenius norm of L")
    ema: float = Field(0.999, ge=0, lt=1, description="decay per step of the averaged basis")
    patience: int = Field(5, ge=1, description="epochs over which the basis must have come to rest")
    stop_angle: float | None = Field(
        None, gt=0, description="stop when the averaged span turned by less than this, in radians"
    )
    stop_ratio: float | None = Field(
        None, gt=1, description="stop when the longest channel is so many times the median one"
    )
    amp: bool = Field(False, description="run the discriminator in bfloat16")

    @model_validator(mode="after")
    def _range(self) -> GameConfig:
        if self.coefficients != "normal" and self.low >= self.high:
            raise ValueError(f"low must be below high, not {self.low} and {self.high}")
        if self.coefficients == "integer-grid" and not (
            float(self.low).is_integer() and float(self.high).is_integer()
        ):
            raise ValueError(f"an integer grid needs whole ends, not {self.low} and {self.high}")
        if not self.zero and self.coefficients != "integer-grid":
            raise ValueError(f"zero=False is for an integer grid, not for {self.coefficients} ones")
        if self.epoch_size is not None and self.epoch_size < self.batch:
            raise ValueError(
                f"epoch_size must be at least a batch of {self.batch}, not {self.epoch_size}"
            )
        if self.strength is not None and not self.init_scale:
            raise ValueError("a strength needs an init_scale above 0: a zero has no direction")
        return self

    def distribution(self) -> Coefficients:
        """Return the coefficient distribution γ_β that the settings describe."""
        if self.coefficients == "normal":
            return Normal(self.channels, self.scale, self.learn_coefficients)
        if self.coefficients == "uniform":
            return Uniform(self.channels, self.low, self.high, self.learn_coefficients)
        return IntegerGrid(
            self.channels, int(self.low), int(self.high), self.learn_coefficients, zero=self.zero
        )
