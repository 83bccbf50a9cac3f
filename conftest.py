"""Settings of pytest that hold in whatever folder of the checkout it is called."""

from pathlib import Path

SANITIZE = Path(__file__).parent / "tests" / "nbval_sanitize.cfg"


def pytest_configure(config):
    """Name nbval its file of patterns; a path in pyproject.toml would depend on the folder."""
    if not getattr(config.option, "nbval_sanitize_with", None):
        config.option.nbval_sanitize_with = str(SANITIZE)
