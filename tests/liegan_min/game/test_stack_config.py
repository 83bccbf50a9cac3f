"""The settings of a stack of games: what would tie the games together is refused."""

import pytest

from liegan_min.base.errors import InputError
from liegan_min.game.stack import StackConfig


def test_nothing_ties_the_games_together_by_default():
    c = StackConfig()
    assert (c.cosine, c.correlation, c.norm) == (0, 0, 0)
    assert c.strength is c.stop_angle is c.stop_ratio is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cosine", 1.0),
        ("correlation", 1e-3),
        ("norm", 0.1),
        ("strength", 2.0),
        ("stop_angle", 0.01),
        ("stop_ratio", 3.0),
    ],
)
def test_a_term_that_ties_the_games_together_is_refused(field, value):
    message = (
        "cosine, correlation, norm, strength and the stop rules are not for a stack of games, "
        "which share nothing; leave them out"
    )
    with pytest.raises(InputError, match=message):
        StackConfig.of(**{field: value})
    with pytest.raises(InputError, match=message):
        StackConfig(channels=3).changed(**{field: value})
