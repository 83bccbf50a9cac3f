"""Runs that are cut off, for the tests of resuming."""

from contextlib import contextmanager

import pytest

from liegan_min.base import files


@contextmanager
def interrupted_after(checkpoints):
    """Expect what runs within to be interrupted just after that many checkpoints were written."""
    save, seen = files.save_state, []

    def save_then_stop(*written):
        save(*written)
        seen.append(1)
        if len(seen) == checkpoints:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "save_state", save_then_stop)
        with pytest.raises(KeyboardInterrupt):
            yield
