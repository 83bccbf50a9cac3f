"""What was asked, what was answered: on one screen, as JSON, as a file."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from liegan_min.algebra.linalg import Array
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError
from liegan_min.discover import picture
from liegan_min.discover.answer import QUESTIONS, Answer, Certificate, Question

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What each question asks, in words.
ASKS: dict[Question, str] = {
    "support": "Which linear flows keep the set that x lies on?",
    "law": "Which leave the joint law of the data as it is?",
    "task": "Which leave y given x as it is?",
}
#: Arrays of an answer that a file keeps as arrays.
_ARRAYS = ("basis", "centre", "standard_errors", "spectrum")
_SCHEMA = 2
#: Entries below this fraction of the largest are rounding.
_ROUNDING = 1e-12


def facts(answer: Answer) -> dict[str, Any]:
    """Return an answer in plain values that JSON can hold; None where there is nothing."""
    algebra = answer.algebra
    form = algebra.invariant_form() if algebra is not None else None
    errors = answer.standard_errors
    return {
        "verdict": answer.verdict,
        "why": answer.why,
        "next_step": answer.next_step,
        "dimension": answer.dimension,
        "algebra": answer.name,
        "basis": answer.basis.tolist(),
        "centre": answer.centre.tolist() or None,
        "standard_errors": errors.tolist() if np.isfinite(errors).all() else None,
        "p_value": answer.p_value,
        "violation": answer.violation,
        "certificate": asdict(answer.certificate) if answer.certificate else None,
        "closure_defect": algebra.closure_defect() if algebra is not None else None,
        "invariant_forms": [form.J.tolist()] if form is not None and form.gap > 0 else [],
        "seconds": answer.seconds,
    }


@dataclass(frozen=True)
class Report:
    """The answers to what was asked of one data set.

    Attributes:
        n, t, k: rows, vectors in each, and columns of a vector.
        columns: their names.
        unit: (k,), the root mean square of each.
        method: how the law was asked about, "auto" or "game".
        y: how y was read, in words.
        y_kind: "vector", "scalar", "label", or None without y.
        support_rank: dimension of the subspace that the vectors fill.
        seed: of every draw.
        seconds: of all of it.
        answers: by question.
    """

    n: int
    t: int
    k: int
    columns: tuple[str, ...]
    unit: Array
    method: str
    y: str
    y_kind: str | None
    support_rank: int
    seed: int
    seconds: float
    answers: dict[Question, Answer]

    def __getitem__(self, question: Question) -> Answer:
        """Return the answer to a question."""
        return self.answers[question]

    def __str__(self) -> str:
        """Say all of it on one screen."""
        vectors = f"{self.t} vectors" if self.t > 1 else "one vector"
        lines = [f"{self.n:,} rows, each {vectors} in R^{self.k}; {self.y}."]
        for question in QUESTIONS:
            lines += ["", ASKS[question], *_said(self.answers[question], self.columns)]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Return the report in plain values that JSON can hold."""
        return {
            "n": self.n,
            "t": self.t,
            "k": self.k,
            "columns": list(self.columns),
            "unit": self.unit.tolist(),
            "method": self.method,
            "y": self.y,
            "y_kind": self.y_kind,
            "support_rank": self.support_rank,
            "seed": self.seed,
            "seconds": self.seconds,
            "answers": {q: facts(self.answers[q]) for q in QUESTIONS},
        }

    def plot(self, question: Question | None = None) -> Figure:
        """Draw all answers, or one, as a matplotlib figure.

        Raises:
            MissingExtraError: without matplotlib.
        """
        shown = self.answers if question is None else {question: self.answers[question]}
        return picture.plot(shown, self.columns, self.unit)

    def html(self, path: str | Path, title: str = "Does this data have a symmetry?") -> None:
        """Write text and figures as an HTML file that needs no other file, whole or not at all.

        Raises:
            LieganError: if it cannot be written.
            MissingExtraError: without matplotlib.
        """
        picture.page(
            self.answers, self.columns, self.unit, text=str(self), title=title, path=Path(path)
        )

    def save(self, path: str | Path) -> None:
        """Write the report as a .safetensors file, whole or not at all.

        Raises:
            LieganError: if it cannot be written.
        """
        arrays, plain = {}, self.as_dict() | {"schema": _SCHEMA, "answers": {}}
        for question, answer in self.answers.items():
            values = asdict(answer)
            for name in _ARRAYS:
                arrays[f"{question}.{name}"] = np.ascontiguousarray(values.pop(name))
            plain["answers"][question] = values
        files.write_atomic(Path(path), save(arrays, {"report": json.dumps(plain)}))

    @classmethod
    def load(cls, path: str | Path) -> Report:
        """Read what `save` wrote.

        Raises:
            DamagedFileError: if it is no such file, or damaged.
        """
        try:
            content = Path(path).read_bytes()
            arrays = load(content)
            size = int.from_bytes(content[:8], "little")
            plain = json.loads(json.loads(content[8 : 8 + size])["__metadata__"]["report"])
            if plain.pop("schema") != _SCHEMA:
                raise DamagedFileError(f"{path} is of another version; make the report anew")
            return _report(plain, arrays)
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, DamagedFileError):
                raise
            raise DamagedFileError(
                f"{path} is no report that was saved ({error}); make it anew"
            ) from None


def _report(plain: dict[str, Any], arrays: dict[str, Array]) -> Report:
    answers: dict[Question, Answer] = {}
    for question in QUESTIONS:
        values: dict[str, Any] = plain["answers"][question]
        values |= {name: arrays[f"{question}.{name}"] for name in _ARRAYS}
        if values["certificate"]:
            values["certificate"] = Certificate(**values["certificate"])
        answers[question] = Answer(**values)
    columns, unit = tuple(plain["columns"]), np.array(plain["unit"])
    return Report(**plain | {"columns": columns, "unit": unit, "answers": answers})


def _said(answer: Answer, columns: tuple[str, ...]) -> list[str]:
    """Return the lines of one answer."""
    name = answer.name
    size = f"{answer.dimension} generator{'s' * (answer.dimension != 1)}"
    head = answer.verdict.upper() + (f": {name}, {size}" if name else "")
    lines = [f"  {head}", *_wrapped(answer.why)]
    if len(answer.centre) and answer.verdict == "found":
        point = ", ".join(f"{v:.4g}" for v in answer.centre)
        lines += _wrapped(f"about ({point})")
    if answer.p_value is not None:
        lines.append(f"  {_odds(answer)}")
    if answer.certificate is not None and answer.verdict != "none":
        bound, sure = answer.certificate.delta, 1 - answer.certificate.alpha
        seen = f"violation {answer.violation:.2g}"
        lines.append(f"  {seen}, at most {bound:.2g} with {sure:.0%} confidence")
    if answer.next_step:
        lines += _wrapped(f"next: {answer.next_step}")
    if answer.verdict == "found":
        lines += _matrices(answer, columns)
    return lines


def _wrapped(text: str) -> list[str]:
    """Return a sentence as lines of a screen."""
    return textwrap.wrap(text, 98, initial_indent="  ", subsequent_indent="  ")


def _odds(answer: Answer) -> str:
    c = max(answer.dimension, 1)
    claim = "there is a generator" if c == 1 else f"there are {c} generators"
    p = answer.p_value
    return (
        f"p = {p:.2g} for the claim that {claim}" if p else f"p < 1e-300: that {claim} is refused"
    )


def _matrices(answer: Answer, columns: tuple[str, ...]) -> list[str]:
    """Return the generators, each entry with its standard error, if they fit on a screen."""
    if answer.dimension * len(columns) > 24 or len(columns) > 8:
        return ["  (the generators are in the basis of the answer, or --json)"]
    lines = []
    for i, (L, errors) in enumerate(zip(answer.basis, answer.standard_errors, strict=True)):
        L = np.where(np.abs(L) > _ROUNDING * np.abs(L).max(), L, 0.0)
        for j, (row, error) in enumerate(zip(L, errors, strict=True)):
            cells = [
                f"{v:8.3g}" + (f" ± {e:<7.1g}" if np.isfinite(e) else "")
                for v, e in zip(row, error, strict=True)
            ]
            lines.append(f"  {f'L{i + 1}' if j == 0 else '  '} {columns[j]:>8} [{' '.join(cells)}]")
    return lines
