"""A download that goes on where it broke off, in an earlier attempt or an earlier run."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import urlsplit

from liegan_book.extras import needed
from liegan_min.base.errors import LieganError
from liegan_min.base.progress import quiet, tqdm

#: Attempts in a row that may bring nothing new before it gives up.
TRIES = 4

_BLOCK = 1 << 16  # a connection that breaks inside a block loses it
_TIMEOUT = (10, 60)  # seconds to connect, and without a byte
_PASSING = (408, 429)  # client errors that a later attempt may not meet; so are all 5xx


def download(url: str, part: Path, progress: bool = True) -> None:
    """Bring a file into `part`, after the bytes of it that are there already.

    Each attempt asks for the bytes after those that have come. Where a server sends the whole
    instead, the whole is taken. The waits between attempts are 1, 2, 4, … seconds. What has come
    stays in `part` when the download fails.

    Args:
        url: of the file.
        part: where its bytes go.
        progress: show a bar on standard error, if that is a terminal, and not under CI.

    Raises:
        LieganError: if the server has no such file, cannot be reached or keeps breaking off.
        OSError: if the disk is full.
        MissingExtraError: if the extra `jets` is not installed.
    """
    requests = needed("requests", "downloading")
    idle, most = 0, _size(part)
    while True:
        try:
            _attempt(requests, url, part, progress)
            return
        except requests.RequestException as error:
            idle = 0 if _size(part) > most else idle + 1
            most = max(most, _size(part))
            if idle >= TRIES:
                raise LieganError(_given_up(url, part, error)) from None
        sleep(2.0 ** max(idle - 1, 0))


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _attempt(requests: Any, url: str, part: Path, progress: bool) -> None:
    """Bring the rest of the file, or raise one of the errors of requests."""
    have = _size(part)
    # A compressed answer would be counted in other bytes than the file's.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
        status, span = answer.status_code, answer.headers.get("Content-Range", "")
        if status == 416 and span == f"bytes */{have}":
            return  # what is there is the whole
        if status == 416 or (status == 206 and not span.startswith(f"bytes {have}-")):
            part.unlink()
            raise requests.ConnectionError("the server does not continue where asked")
        if 400 <= status < 500 and status not in _PASSING:
            raise LieganError(
                f"{url} answers {status} {answer.reason}; the file may have moved: see "
                "doi:10.5281/zenodo.2603256"
            )
        answer.raise_for_status()
        start = have if status == 206 else 0
        length = int(answer.headers.get("Content-Length", 0))
        with (
            part.open("ab" if start else "wb") as f,
            tqdm(
                desc=part.name.removeprefix(".").removesuffix(".part"),
                initial=start,
                total=start + length if length else None,
                unit="B",
                unit_scale=True,
                disable=quiet(None if progress else False),
            ) as bar,
        ):
            for block in answer.iter_content(_BLOCK):
                bar.update(f.write(block))
    if length and _size(part) != start + length:
        raise requests.ConnectionError("the connection broke off")


def _given_up(url: str, part: Path, error: Exception) -> str:
    """Say in one sentence what went wrong and what can be done."""
    kept, response = _size(part), getattr(error, "response", None)
    if response is not None:
        what = f"answers {response.status_code} {response.reason}"
    elif "Timeout" in type(error).__name__:
        what = "does not answer in time"
    else:
        what = "keeps breaking the connection" if kept else "cannot be reached"
        what += f" ({type(error).__name__})"
    note = f" ({kept / 1e6:.1f} MB are kept, and it goes on from there)" if kept else ""
    return (
        f"{urlsplit(url).netloc} {what}, after {TRIES} attempts; check the network and "
        f"run again{note}, or work with the committed sample of jets, which needs no network"
    )
