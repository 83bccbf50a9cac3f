"""Discover the Lie algebra of a data set's symmetry: the module behind the LieGAN book."""

from liegan_min.algebra import groups
from liegan_min.algebra.identify import identify
from liegan_min.algebra.lie_algebra import LieAlgebra, act, bracket
from liegan_min.base.errors import DamagedFileError, InputError, LieganError, MissingExtraError
from liegan_min.game.coefficients import IntegerGrid, Normal, Uniform
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import Discovery, discover
from liegan_min.game.discriminator import Discriminator
from liegan_min.game.game import Game
from liegan_min.game.generator import LieGenerator
from liegan_min.game.pairs import Pairs, as_pairs, read_npz

__version__ = "0.1.0"

__all__ = [
    "DamagedFileError",
    "Discovery",
    "Discriminator",
    "Game",
    "GameConfig",
    "InputError",
    "IntegerGrid",
    "LieAlgebra",
    "LieGenerator",
    "LieganError",
    "MissingExtraError",
    "Normal",
    "Pairs",
    "Uniform",
    "act",
    "as_pairs",
    "bracket",
    "discover",
    "groups",
    "identify",
    "read_npz",
]
