"""Jets in little space: all their constituents in 16 bits a coordinate, ragged.

A constituent is massless, so three numbers say all: log pt, and Δη and Δφ from the jet's axis, each
rounded to one of 65,536 steps. That moves pt by less than 1 part in 10,000 and a direction by less
than 3e-5; the jet's mass by about 0.01 GeV, against a detector's several GeV. Within a jet log pt
falls, so its steps are kept, which are small numbers and compress well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liegan_book.datasets.kinematics import cylindrical, massless, wrap
from liegan_book.datasets.store import Arrays
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.equivariant.jets import Jets, starts_of

#: What the 16 bits span: log(pt / GeV), and the distance from the axis in η and in φ.
LOG_PT = (np.log(0.01), np.log(2000.0))
WIDTH = (-1.6, 1.6)

_STEPS = 2**16 - 1
#: Constituents of a jet, whose number is one byte.
_MOST = 255
_FIELDS = ("log_pt", "d_eta", "d_phi", "counts", "axis", "label", "truth")


def _encode(name: str, values: NDArray[np.float64], span: tuple[float, float]) -> NDArray[Any]:
    low, high = span
    if not ((values >= low) & (values <= high)).all():  # NaN is neither
        raise InputError(
            f"{name} from {values.min():.3g} to {values.max():.3g} leaves the range {low:.3g} to "
            f"{high:.3g} of the 16-bit format"
        )
    return np.rint((values - low) / (high - low) * _STEPS).astype(np.uint16)


def _decode(values: NDArray[Any], span: tuple[float, float]) -> NDArray[np.float64]:
    low, high = span
    return low + values.astype(np.float64) / _STEPS * (high - low)


def pack(jets: Jets) -> Arrays:
    """Return jets as small arrays for an .npz file.

    Raises:
        InputError: if a constituent is outside the format's range, or a jet has more than 255.
    """
    if len(jets) and int(jets.counts.max()) > _MOST:
        raise InputError(f"a jet of {jets.counts.max()} constituents; the format holds {_MOST}")
    if not np.isfinite(jets.constituents).all():
        raise InputError("a constituent has no finite momentum, and so no log pt; drop its jet")
    pt, eta, phi = cylindrical(jets.constituents.astype(np.float64))
    _, axis_eta, axis_phi = cylindrical(jets.momentum())
    axis = np.stack([axis_eta, axis_phi], axis=1).astype(np.float32)
    own = np.repeat(axis.astype(np.float64), jets.counts, axis=0)
    with np.errstate(divide="ignore"):
        log_pt = _encode("log pt", np.log(pt), LOG_PT)
    steps = np.diff(log_pt, prepend=np.uint16(0))  # modulo 2^16, so that adding up restores it
    steps[jets.starts] = log_pt[jets.starts]
    return {
        "log_pt": steps,
        "d_eta": _encode("Δη", eta - own[:, 0], WIDTH),
        "d_phi": _encode("Δφ", wrap(phi - own[:, 1]), WIDTH),
        "counts": jets.counts.astype(np.uint8),
        "axis": axis,
        "label": jets.label,
        "truth": jets.truth,
    }


def unpack(arrays: Arrays) -> Jets:
    """Return the jets that `pack` described.

    Raises:
        DamagedFileError: if an array is missing, or they do not fit together.
    """
    missing = [name for name in _FIELDS if name not in arrays]
    if missing:
        raise DamagedFileError(f"packed jets lack the arrays {', '.join(missing)}")
    counts = arrays["counts"].astype(np.int64)
    per_constituent = {len(arrays[name]) for name in _FIELDS[:3]} | {int(counts.sum())}
    per_jet = {len(arrays[name]) for name in _FIELDS[3:]}
    if len(per_constituent) > 1 or len(per_jet) > 1 or not counts.all():
        raise DamagedFileError("packed jets: constituents and counts do not fit together")
    total = np.cumsum(arrays["log_pt"].astype(np.int64))
    start = starts_of(counts)
    before = np.repeat(np.where(start > 0, total[start - 1], 0), counts)
    pt = np.exp(_decode((total - before) % (_STEPS + 1), LOG_PT))
    own = np.repeat(arrays["axis"].astype(np.float64), counts, axis=0)
    eta = own[:, 0] + _decode(arrays["d_eta"], WIDTH)
    phi = own[:, 1] + _decode(arrays["d_phi"], WIDTH)
    p = massless(pt, eta, phi).astype(np.float32)
    return Jets(p, counts, arrays["label"], arrays["truth"])
