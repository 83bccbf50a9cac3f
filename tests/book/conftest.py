"""What the tests of the book share: its sources, and one build of the site."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Site:
    """A build of the site from nothing: where it lies, and what the builder said."""

    html: Path
    code: int
    log: str

    def pages(self) -> list[Path]:
        return sorted(self.html.glob("*.html"))


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Build once for all tests, outside the tree: a build over an old one repeats no warnings."""
    out = tmp_path_factory.mktemp("site")
    main = "from jupyter_book.cli.main import main; main()"
    build = [sys.executable, "-c", main, "build", "book/", "-W", "-n", "--keep-going"]
    done = subprocess.run(
        [*build, "--path-output", str(out)],
        cwd=root,
        env=os.environ | {"NO_COLOR": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return Site(out / "_build" / "html", done.returncode, done.stdout + done.stderr)
