"""A download that goes on where it broke off."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from liegan_book.extras import needed
from liegan_min.base import files
from liegan_min.base.errors import LieganError
from liegan_min.base.progress import quiet, tqdm

_BLOCK = 1 << 16  # a connection that breaks inside a block loses it
_TIMEOUT = (10, 60)  # seconds to connect, and without a byte
_PASSING = (408, 429)  # client errors that a later attempt may not meet; so are all 5xx


class Resuming:
    """A downloader for pooch that goes on where an earlier attempt, or an earlier run, broke off.

    Each attempt asks for the bytes after those that have come. Where a server sends the whole
    instead, the whole is taken.

    Args:
        part: the file that holds what has come so far; it stays there when the download fails.
        tries: attempts in a row that may bring nothing new before it gives up.
        wait: called with the seconds to wait before the next attempt: 1, 2, 4, …
        progress: show a bar on standard error, if that is a terminal, and not under CI.
    """

    def __init__(
        self,
        part: Path,
        tries: int = 4,
        wait: Callable[[float], None] = time.sleep,
        progress: bool = True,
    ) -> None:
        self.part, self.tries, self.wait, self.progress = part, tries, wait, progress

    def __call__(self, url: str, output_file: str, pooch: object = None) -> None:
        """Download into `output_file`, as pooch asks for it.

        Raises:
            LieganError: if the server has no such file, cannot be reached or keeps breaking off, or
                the disk is full.
        """
        requests = needed("requests", "downloading")
        idle, most = 0, self._size()
        while True:
            try:
                self._attempt(requests, url)
                os.replace(self.part, output_file)
            except requests.RequestException as error:
                idle = 0 if self._size() > most else idle + 1
                most = max(most, self._size())
                if idle >= self.tries:
                    raise LieganError(self._given_up(url, error)) from None
                self.wait(2.0 ** max(idle - 1, 0))
            except OSError as error:
                raise files.cannot_write(self.part, error) from None
            else:
                return

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _attempt(self, requests: Any, url: str) -> None:
        """Bring the rest of the file, or raise one of the errors of requests."""
        have = self._size()
        # A compressed answer would be counted in other bytes than the file's.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            status, span = answer.status_code, answer.headers.get("Content-Range", "")
            if status == 416 and span == f"bytes */{have}":
                return  # what is there is the whole
            if status == 416 or (status == 206 and not span.startswith(f"bytes {have}-")):
                self.part.unlink()
                raise requests.ConnectionError("the server does not continue where asked")
            if 400 <= status < 500 and status not in _PASSING:
                raise LieganError(
                    f"{url} answers {status} {answer.reason}; the file may have moved: see "
                    "doi:10.5281/zenodo.2603256"
                )
            answer.raise_for_status()
            start = have if status == 206 else 0
            length = int(answer.headers.get("Content-Length", 0))
            self._receive(answer, start, length)
        if length and self._size() != start + length:
            raise requests.ConnectionError("the connection broke off")

    def _receive(self, answer: Any, start: int, length: int) -> None:
        with (
            self.part.open("ab" if start else "wb") as f,
            tqdm(
                desc=self.part.name.removeprefix(".").removesuffix(".part"),
                initial=start,
                total=start + length if length else None,
                unit="B",
                unit_scale=True,
                disable=quiet(None if self.progress else False),
            ) as bar,
        ):
            for block in answer.iter_content(_BLOCK):
                f.write(block)
                bar.update(len(block))

    def _given_up(self, url: str, error: Exception) -> str:
        """Say in one sentence what went wrong and what can be done."""
        kept, response = self._size(), getattr(error, "response", None)
        if response is not None:
            what = f"answers {response.status_code} {response.reason}"
        elif "Timeout" in type(error).__name__:
            what = "does not answer in time"
        else:
            what = "keeps breaking the connection" if kept else "cannot be reached"
            what += f" ({type(error).__name__})"
        note = f" ({kept / 1e6:.1f} MB are kept, and it goes on from there)" if kept else ""
        return (
            f"{urlsplit(url).netloc} {what}, after {self.tries} attempts; check the network and "
            f"run again{note}, or work with the committed sample of jets, which needs no network"
        )
