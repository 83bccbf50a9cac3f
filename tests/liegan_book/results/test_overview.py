"""The overview: every cell of the poster once, in order, with records and commands that exist."""

import subprocess

import pytest
from scipy.stats import gmean

from liegan_book import experiments, paths, records
from liegan_book.results import overview, tables, text
from liegan_book.results.poster import TABLES
from liegan_min.base.errors import InputError
from tests.liegan_book.records.test_records import record
from tests.liegan_book.results.test_tables import told_why


@pytest.fixture
def empty(monkeypatch, tmp_path):
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path))


@pytest.fixture(scope="module")
def committed():
    return overview.cells()


def saved(experiment, method, profile, metric, values):
    for seed, value in enumerate(values):
        run = record(experiment=experiment, method=method, profile=profile, seed=seed)
        records.save(run.model_copy(update={"metrics": {metric: value}}))


def test_every_cell_of_the_poster_is_there_once_with_records_or_without(empty, committed):
    without = overview.cells()
    expected = sum(len(t.cells) or len(t.claimed) for t in TABLES.values())
    for lines in (without, committed):
        names = {(line.experiment, line.method, line.metric) for line in lines}
        assert len(names) == len(lines) == expected
    assert {line.verdict for line in without if not line.reason} == {"no records"}
    assert {line.on_our_data for line in without if not line.reason} == {"–"}


def test_what_did_not_reproduce_comes_first(committed):
    places = [overview.ORDER.index(line.verdict) for line in committed]
    assert places == sorted(places)
    assert overview.ORDER[0] == "not reproduced"
    assert overview.ORDER[-1] == "reproduced"


def test_a_cell_has_the_numbers_of_its_row(committed):
    for line in committed:
        rows = tables.table(line.experiment)
        (row,) = [r for r in rows if (r.method, r.metric) == (line.method, line.metric)]
        ours = (line.poster, line.mean, line.sd, line.n, line.passed, line.verdict)
        assert ours == (row.poster, row.mean, row.sd, row.n, row.passed, row.verdict)


def test_its_records_are_the_ones_its_number_comes_from(committed):
    for line in committed:
        runs = [records.load(paths.results() / name) for name in line.records]
        assert len(runs) == line.n
        name = line.experiment
        name = experiments.on(name, "published") if line.data == "published" else name
        assert {(r.experiment, r.method, r.profile) for r in runs} <= {
            (name, line.method, line.profile)
        }
        largest = TABLES[line.experiment].largest
        values = [max(r.arrays[largest]) if largest else r.metrics[line.metric] for r in runs]
        if line.n:
            log = TABLES[line.experiment].scale == "log"
            mean = gmean(values) if log else sum(values) / line.n
            assert line.mean == pytest.approx(mean)


def test_its_command_makes_each_of_its_records_again(committed):
    """Let a shell read the commands, with a `liegan` that only says how it was called."""
    script = "liegan() { echo $*; }\n" + "\n".join(
        f"echo {i}; {line.command}" for i, line in enumerate(committed)
    )
    out = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    called: dict[int, list[list[str]]] = {}
    for said in out.splitlines():
        if said.isdigit():
            calls = called.setdefault(int(said), [])
        else:
            calls.append(said.split())
    for i, line in enumerate(committed):
        made = []
        for words in called[i]:
            run, experiment, method, _, profile, *data, force, _, seed = words
            assert (run, force) == ("run", "--force")
            if data:
                assert data == ["--data", "published"]
                experiment = experiments.on(experiment, "published")
            made.append(f"{experiment}/{method}/{profile}-s{seed}.json")
            if experiment in experiments.EXPERIMENTS:
                experiments.settings(experiment, method, profile)
        if line.records:
            assert tuple(made) == line.records


def test_a_ratio_is_ours_over_the_posters_where_that_means_something(empty):
    published = "two-body-prediction-published"
    saved(published, "mlp", "paper", "test_mse", [0.1, 0.2, 0.4, 0.2, 0.2])
    saved("top-tagging", "egnn", "cpu", "auroc", [0.9] * 5)
    saved("comparison", "discrete-msr", "cpu", "success", [True] * 5)
    saved("cyclic", "liegan", "paper", "success", [True] * 5)
    lines = {(line.experiment, line.method, line.metric): line for line in overview.cells()}
    assert lines["two-body-prediction", "mlp", "test_mse"].ratio == pytest.approx(0.2 / 8.49e-2)
    others = [line for line in lines.values() if line.method != "mlp"]
    assert {line.ratio for line in others} == {None}
    tagger = lines["top-tagging", "egnn", "auroc"]
    assert (tagger.verdict, tagger.on_our_data) == ("our data", "order only")


def test_the_headline_counts_every_cell_and_tells_whose_data_they_are(empty, monkeypatch):
    told_why(monkeypatch, {"given-subset-msr": "why"})
    published = "two-body-discovery-published"
    saved("cyclic", "liegan", "paper", "success", [False] * 5)
    saved(published, "liegan-es", "paper", "support_cosine", [0.9999] * 5)
    saved("two-body-prediction-published", "mlp", "paper", "test_mse", [1e-3, 1e-2, 0.1, 1, 10])
    saved("two-body-prediction-published", "hnn", "paper", "test_mse", [1e-5] * 5)
    saved("comparison", "discrete-msr", "cpu", "success", [True] * 3 + [False] * 2)
    saved("comparison", "continuous-augerino", "cpu", "success", [False] * 5)
    saved("top-tagging", "egnn", "cpu", "auroc", [0.9] * 5)
    lines = [line for line in overview.cells() if line.verdict != "no records"]
    assert overview.headline(lines) == (
        "Of 4 cells on the poster's own data, 1 reproduced, 1 better, 1 not reproduced, "
        "1 too wide to say. On data and tasks of ours, where nothing can reproduce, "
        "marks that agree: 2 of 3 (1 of them without a run); "
        "accuracies and areas, of which only the order is compared: 1"
    )
    assert sum(overview.counts(overview.cells()).values()) == len(overview.cells())


def test_a_claim_stands_with_its_seeds_and_runs(empty):
    assert overview.standing("cyclic") == ("not run yet", 0)
    saved("cyclic", "liegan", "paper", "success", [True] * 5)
    saved("cyclic", "liegan-restarts", "paper", "success", [True] * 5)  # no cell of the poster
    assert overview.standing("cyclic") == ("liegan: reproduced (5 of 5 seeds)", 5)
    saved("comparison", "discrete-msr", "cpu", "success", [True] * 5)
    saved("comparison", "continuous-augerino", "cpu", "success", [True] * 6)
    told = "on data of ours: of 12 cells: 8 –, 3 agrees, 1 better"  # two cannot express their task
    assert overview.standing("comparison") == (told, 11)
    for metric in ("accuracy", "auroc"):  # of the same run
        saved("top-tagging", "egnn", "cpu", metric, [0.9] * 5)
    assert overview.standing("top-tagging")[1] == 5
    assert "only the order" in overview.standing("top-tagging")[0]


def test_cells_are_written_as_the_poster_has_them(empty, monkeypatch):
    told_why(monkeypatch, {"continuous-augerino": "it moves no y"})
    saved("two-body-prediction-published", "mlp", "paper", "test_mse", [0.1, 0.2, 0.4, 0.2, 0.2])
    saved(
        "two-body-discovery-published",
        "liegan-es",
        "paper",
        "support_cosine",
        [0.9999, 0.9, 0.9999],
    )
    saved("comparison", "discrete-msr", "cpu", "success", [True] * 3 + [False] * 2)
    saved("top-tagging", "egnn", "cpu", "auroc", [0.9] * 5)
    lines = {(line.experiment, line.method): line for line in overview.cells()}

    def shown(*cell):
        line = lines[cell]
        return text.poster_text(line), text.ours_text(line), text.ratio_text(line)

    space, minus = "\N{NO-BREAK SPACE}", "\N{NON-BREAKING HYPHEN}"
    assert shown("two-body-prediction", "mlp") == (
        f"8.49e{minus}2",
        f"2.00e{minus}1",
        "2.36",
    )
    liegan = f"2 of 3 seeds, 0.96660{space}±{space}0.05768"
    assert shown("two-body-discovery", "liegan-es") == ("in words", liegan, "–")
    assert shown("comparison", "discrete-msr") == ("✓", "neither, 3 of 5 seeds", "–")
    assert shown("comparison", "discrete-liegan") == ("✓", "–", "–")
    assert shown("comparison", "continuous-augerino") == ("×", "× cannot express it", "–")
    assert shown("top-tagging", "egnn")[0] == "0.9760"
    printed = overview.text(list(lines.values()))
    assert "continuous-augerino: it moves no y" in printed
    assert lines["comparison", "continuous-augerino"].command == ""


def test_an_unknown_profile_is_refused():
    with pytest.raises(InputError, match="unknown profile 'x'"):
        overview.cells("x")
