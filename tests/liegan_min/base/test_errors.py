"""The exceptions: caught together, or as the built-in kind that they are."""

import pytest

from liegan_min.base.errors import DamagedFileError, InputError, LieganError, MissingExtraError


@pytest.mark.parametrize("error", [InputError, DamagedFileError, MissingExtraError])
def test_one_except_clause_catches_every_promised_error(error):
    with pytest.raises(LieganError, match="which"):
        raise error("which thing, and what to do")


@pytest.mark.parametrize(
    ("error", "builtin"),
    [(InputError, ValueError), (DamagedFileError, ValueError), (MissingExtraError, ImportError)],
)
def test_code_that_knows_only_the_built_in_errors_still_works(error, builtin):
    assert issubclass(error, builtin)
