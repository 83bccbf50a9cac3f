"""A report on a screen, as JSON, and as a file."""

import json

import numpy as np
import pytest

from liegan_book.datasets.laws import exponential, ring
from liegan_min.base.errors import DamagedFileError, LieganError
from liegan_min.discover import Report, discover


@pytest.fixture(scope="module")
def found():
    return discover(ring(np.random.default_rng(0), 1500)[:, 0])


def test_the_screen_says_what_was_asked_and_answered(found):
    lines = str(found).splitlines()
    assert lines[0] == "1,500 rows, each one vector in R^2; no y."
    assert "Which linear flows keep the set that x lies on?" in lines
    at = lines.index("Which leave the joint law of the data as it is?")
    assert lines[at + 1] == "  FOUND: so(2), 1 generator"
    assert lines[at + 2].startswith("  p = ")
    assert lines[at + 2].endswith(" for the claim that there is a generator")
    assert "with 95% confidence" in lines[at + 3]
    assert lines[-2:] == ["  NOT ASKED", "  there is no y"]
    assert max(map(len, lines)) <= 100


def test_the_json_has_the_fields_that_are_promised(found):
    plain = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert {"n", "t", "k", "y_kind", "support_rank", "seed", "seconds", "answers"} <= plain.keys()
    law = plain["answers"]["law"]
    assert (law["verdict"], law["dimension"], law["algebra"]) == ("found", 1, "so(2)")
    assert np.shape(law["basis"]) == np.shape(law["standard_errors"]) == (1, 2, 2)
    assert law["certificate"].keys() == {"delta", "alpha"}
    assert law["closure_defect"] == 0
    assert np.shape(law["invariant_forms"]) == (1, 2, 2)
    assert plain["answers"]["task"]["verdict"] == "not asked"


def test_a_refusal_is_said_in_words():
    text = str(discover(exponential(np.random.default_rng(0), 800, 2), ask=("law",)))
    assert "  NONE" in text.splitlines()
    assert "for the claim that there is a generator" in text


def test_what_is_saved_is_loaded(found, tmp_path):
    found.save(tmp_path / "r.safetensors")
    again = Report.load(tmp_path / "r.safetensors")
    assert again.as_dict() == found.as_dict()
    np.testing.assert_array_equal(again["law"].spectrum, found["law"].spectrum)


def test_a_damaged_file_is_refused(found, tmp_path):
    path = tmp_path / "r.safetensors"
    found.save(path)
    content = path.read_bytes()
    for damaged in (content[:50], b"", content.replace(b'\\"schema\\": 2', b'\\"schema\\": 9')):
        assert damaged != content
        path.write_bytes(damaged)
        with pytest.raises(DamagedFileError, match=r"r\.safetensors is .* anew$"):
            Report.load(path)
    with pytest.raises(DamagedFileError, match="is no report that was saved"):
        Report.load(tmp_path / "missing")


def test_a_place_that_cannot_be_written_is_named(found, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LieganError, match="cannot write"):
        found.save(tmp_path / "file" / "r.safetensors")
