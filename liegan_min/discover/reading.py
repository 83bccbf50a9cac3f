"""A reader's data as they come: arrays, tables, files. What is odd is refused, in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from liegan_min.algebra.linalg import Array
from liegan_min.base import files
from liegan_min.base.errors import InputError, MissingExtraError
from liegan_min.discover.given import KINDS, Given, Kind, checked, numbers
from liegan_min.game.pairs import Pairs

if TYPE_CHECKING:
    import pandas as pd

#: The ends of the file names that can be read.
SUFFIXES = (".npz", ".npy", ".csv", ".parquet")


def read(
    data: Any,
    y: Any = None,
    *,
    y_kind: Kind | Literal["auto"] = "auto",
    x_columns: tuple[str, ...] = (),
    y_columns: tuple[str, ...] = (),
    trajectory: str = "",
) -> Given:
    """Read data and check them.

    Args:
        data: an array or tensor (n, k) or (n, t, k), a DataFrame, `Pairs`, or a path.
        y: an array beside x; labels may be words.
        y_kind: "vector" if g moves y with x, "scalar" if it does not, "label" for classes; default:
            found out, and asked for where both a vector and numbers would fit.
        x_columns: of a table, that are x; default: all that are neither y nor the trajectory.
        y_columns: of a table, that are y.
        trajectory: the column of a table that says which rows follow one another; without a y, it
            is the next row of the same trajectory.

    Raises:
        InputError: naming the file, the column or the row, and the remedy.
        DamagedFileError: if a file is not what its name says.
    """
    if y_kind not in ("auto", *KINDS):
        raise InputError(f"y_kind must be auto, {', '.join(KINDS)}, not {y_kind!r}")
    named = f"{data}: " if isinstance(data, str | Path) else ""
    try:
        given = _opened(Path(data)) if named else data
        if isinstance(given, Pairs):
            y_kind = given.y_kind if y_kind == "auto" and given.y is not None else y_kind
            given = {"x": given.x, "y": given.y}
        if isinstance(given, dict):
            given, y = given["x"], given.get("y") if y is None else y
        if _is_table(given):
            if y is not None:
                raise InputError("a table has its y in a column; name it as y_columns (--y)")
            return _table(given, y_kind, x_columns, y_columns, trajectory)
        if x_columns or y_columns or trajectory:
            raise InputError("arrays have no columns with names; cut x and y from them yourself")
        x = numbers("x", given)
        return checked(x, y, y_kind, tuple(f"x{i}" for i in range(x.shape[-1])))
    except InputError as error:
        raise type(error)(f"{named}{error}") from None


def _is_table(data: Any) -> bool:
    """Say whether data are a DataFrame, without importing pandas for those who have none."""
    return hasattr(data, "columns") and hasattr(data, "iloc")


def _opened(path: Path) -> Any:
    """Return what a file holds: a table, or a dictionary of x and, if it is there, y."""
    if path.is_dir():
        raise InputError(f"it is a directory; give a file ending in {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise InputError("there is no such file")
    if path.suffix not in SUFFIXES:
        raise InputError(f"its name must end in {', '.join(SUFFIXES)}, to say what it holds")
    if path.suffix == ".npz":
        arrays = files.load_arrays(path)
        if "x" not in arrays:
            names = ", ".join(arrays) or "nothing"
            raise InputError(f"it has no array x (it has {names}); name the samples x")
        return arrays
    if path.suffix == ".npy":
        return {"x": files.load_array(path)}
    import pandas as pd

    if path.suffix == ".csv":
        try:
            return pd.read_csv(path)
        except (ValueError, OSError) as error:  # pandas' own errors are ValueErrors
            raise InputError(f"it cannot be read as a table ({error})") from None
    try:
        return pd.read_parquet(path)
    except ImportError:
        raise MissingExtraError(
            "reading .parquet needs pyarrow: pip install pyarrow, or save as .csv"
        ) from None
    except (ValueError, OSError) as error:
        raise InputError(f"it cannot be read as parquet ({error})") from None


def _table(
    table: pd.DataFrame,
    kind: Kind | Literal["auto"],
    x_columns: tuple[str, ...],
    y_columns: tuple[str, ...],
    trajectory: str,
) -> Given:
    there = [str(c) for c in table.columns]
    table = table.set_axis(there, axis=1)
    for name in (*x_columns, *y_columns, *([trajectory] if trajectory else ())):
        if name not in there:
            raise InputError(f"there is no column {name!r}; there are: {', '.join(there)}")
    chosen = x_columns or tuple(c for c in there if c not in (*y_columns, trajectory))
    x = np.stack([_column(table, name) for name in chosen], axis=1) if chosen else np.zeros((0, 0))
    y: Any = None
    if len(y_columns) == 1 and not _is_numeric(table[y_columns[0]]):
        y = _words(table, y_columns[0])
    elif y_columns:
        whole = all(_is_whole(table[name]) for name in y_columns)
        y = np.stack([_column(table, name) for name in y_columns], axis=1)
        y = y.astype(np.int64) if whole else y
        y = y[:, 0] if y.shape[1] == 1 else y
    if not trajectory:
        return checked(x, y, kind, chosen)
    if table[trajectory].isna().any():
        raise InputError(
            f"column {trajectory!r} has no value in row {_first_gap(table, trajectory)}"
        )
    ids = np.unique(table[trajectory].to_numpy(), return_inverse=True)[1].reshape(-1)
    order = np.argsort(ids, kind="stable")
    x, ids, y = x[order], ids[order], None if y is None else y[order]
    if y is None:  # each row and the next of its trajectory
        follows = np.flatnonzero(ids[1:] == ids[:-1])
        if not len(follows):
            raise InputError(
                f"no two rows share a value of {trajectory!r}: nothing follows anything"
            )
        x, y, ids, kind = x[follows], x[follows + 1][:, None], ids[follows], "vector"
    return checked(x, y, kind, chosen, np.unique(ids, return_inverse=True)[1].reshape(-1))


def _is_numeric(column: pd.Series[Any]) -> bool:
    from pandas.api import types

    return bool(types.is_numeric_dtype(column)) and not bool(types.is_bool_dtype(column))


def _is_whole(column: pd.Series[Any]) -> bool:
    from pandas.api import types

    return bool(types.is_integer_dtype(column))


def _first_gap(table: pd.DataFrame, name: str) -> int:
    return int(np.flatnonzero(table[name].isna().to_numpy())[0])


def _column(table: pd.DataFrame, name: str) -> Array:
    if not _is_numeric(table[name]):
        raise InputError(
            f"column {name!r} holds no numbers; choose the columns of x (--x), or make it y (--y)"
        )
    if table[name].isna().any():
        raise InputError(
            f"column {name!r} has no value in row {_first_gap(table, name)}; "
            "drop such rows, or fill them in"
        )
    return np.asarray(table[name].to_numpy(dtype=np.float64))


def _words(table: pd.DataFrame, name: str) -> NDArray[Any]:
    if table[name].isna().any():
        raise InputError(
            f"column {name!r} has no value in row {_first_gap(table, name)}; drop such rows"
        )
    return np.asarray(table[name].astype(str).to_numpy(dtype=object))
