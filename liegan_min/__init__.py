"""Discover the Lie algebra of a data set's symmetry: the module behind the LieGAN book."""

from liegan_min import groups
from liegan_min.algebra import LieAlgebra, act, bracket
from liegan_min.coefficients import IntegerGrid, Normal, Uniform
from liegan_min.config import GameConfig
from liegan_min.data import Pairs, as_pairs, read_npz
from liegan_min.discovery import Discovery, discover
from liegan_min.discriminator import Discriminator
from liegan_min.errors import DamagedFileError, InputError, LieganError, MissingExtraError
from liegan_min.game import Game
from liegan_min.generator import LieGenerator
from liegan_min.identify import identify

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
