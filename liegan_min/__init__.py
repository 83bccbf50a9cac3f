"""Discover the Lie algebra of a data set's symmetry: the method of the LieGAN book, to import.

The evening: who reads these files, in this order, has read the method.

    algebra/lie_algebra.py   a Lie algebra as a value: exponential, bracket, invariant form, angles
    algebra/groups.py        known algebras, in a few lines each
    algebra/expm.py          exp of many small matrices, with its derivative
    game/pairs.py            the data, checked: x, and y by how it answers to g
    game/coefficients.py     w ~ γ_β: normal, uniform, or on integers
    game/config.py           every setting that the outcome depends on
    game/generator.py        g = exp(Σ w_i L_i) moves the data
    game/discriminator.py    was it moved?
    game/losses.py           what both players want, in one backward pass
    game/game.py             one step of the game
    base/training.py         the loop around it, which resumes
    game/loop.py             epochs of the game, until it ends or comes to rest
    game/discovery.py        a game from data to what was found

Beside them: `algebra/identify.py` gives a learned algebra its name, `game` has stacks of games and
the choice among restarts, `discrete` finite groups of rotations, `equivariant` networks that use an
algebra, `discover` closed forms and fits that answer for a reader's data with a stated error rate,
`base` what all rooms need. Imports go down only: discover, discrete and equivariant, game, algebra,
base.
"""

from liegan_min.algebra import groups
from liegan_min.algebra.identify import identify
from liegan_min.algebra.lie_algebra import LieAlgebra, act, bracket
from liegan_min.base.errors import DamagedFileError, InputError, LieganError, MissingExtraError
from liegan_min.base.options import RunOptions
from liegan_min.discover import Answer, Certificate, Report, discover
from liegan_min.game.coefficients import IntegerGrid, Normal, Uniform
from liegan_min.game.config import GameConfig
from liegan_min.game.discovery import Discovery, play_game
from liegan_min.game.discriminator import Discriminator
from liegan_min.game.game import Game
from liegan_min.game.generator import LieGenerator
from liegan_min.game.pairs import Pairs, as_pairs, read_npz

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Certificate",
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
    "Report",
    "RunOptions",
    "Uniform",
    "act",
    "as_pairs",
    "bracket",
    "discover",
    "groups",
    "identify",
    "play_game",
    "read_npz",
]
