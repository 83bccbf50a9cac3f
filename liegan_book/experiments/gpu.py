"""What a GPU has room for: a tagger's published recipe on 80,000 jets; 200 seeds of a game at once.

Each method has two profiles: `gpu`, for minutes on one card, and `quick`, the same at toy size for
seconds on a CPU, which shows that it runs and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from pydantic import Field

from liegan_book import paths
from liegan_book.datasets import cyclic
from liegan_book.datasets.jets.packing import unpack
from liegan_book.experiments.cyclic import CYCLIC, ORDER, POINTS
from liegan_book.experiments.forms import Form, minkowski
from liegan_book.experiments.many_seeds import Many, play_many
from liegan_book.experiments.method import Experiment, Method
from liegan_book.experiments.metrics.discovery import Judged, rounded
from liegan_book.experiments.metrics.seeds import cyclic_seeds, two_body_seeds
from liegan_book.experiments.metrics.tagging import judged
from liegan_book.experiments.top_tagging import committed, found, tagger
from liegan_book.experiments.two_body import BLOCKS, SO2, two_body_pairs
from liegan_book.experiments.two_body_discovery import README
from liegan_book.records import DataSource
from liegan_book.training.tagging import Splits, Trained, train
from liegan_book.training.tagging_config import TaggingConfig
from liegan_min.base import files
from liegan_min.base.errors import DamagedFileError, InputError
from liegan_min.base.options import RunOptions
from liegan_min.base.settings import Settings
from liegan_min.game.config import GameConfig
from liegan_min.game.pairs import Pairs

#: Training jets of the full recipe, and the seed they are made from. It is that of the committed
#: training jets, which are among them; validation and test jets have others.
JETS, JETS_SEED = 80_000, 2302

#: Smaller than the quick profile of the taggers' own experiment: a few seconds on one core.
_TOY = {"hidden": 8, "layers": 2, "batch": 32, "constituents": 8, "rest": True}


class ManySeedsConfig(Settings):
    """A game, and how many seeds of it are played at once."""

    game: GameConfig
    seeds: int = Field(200, ge=1)


def jets_file() -> Path:
    """Return the file of the large training set, which git ignores.

    Raises:
        InputError: if it is not there, saying how to make it.
    """
    path = paths.cache() / f"jets-{JETS}.npz"
    if not path.is_file():
        raise InputError(
            f"there is no {path}; make it, in about 16 minutes on two cores, with: "
            f"liegan data jets --jets {JETS} --seed {JETS_SEED} --out {path}"
        )
    return path


def _jets_source(seed: int) -> DataSource:
    path = jets_file()
    return DataSource(name=path.stem, sha256=files.sha256(path))


@cache
def _many_jets() -> Splits:
    """Return the large training set, and the committed validation and test jets.

    Raises:
        DamagedFileError: if the file does not hold as many jets as it should, half of them tops.
    """
    small, path = committed(), jets_file()
    many = unpack(files.load_arrays(path))
    if len(many) != JETS or int((many.label == 1).sum()) != JETS // 2:
        raise DamagedFileError(
            f"{path} holds {many}, not {JETS} jets, half of them tops; delete it and make it anew"
        )
    return Splits(many, small.validation, small.test)


def _train(config: TaggingConfig, options: RunOptions, *, form: Form) -> Trained:
    splits = committed() if config.jets else _many_jets()
    first = Splits(*(jets.take(slice(config.jets)) for jets in vars(splits).values()))
    return train(tagger(config, form, "invariants", options.seed), first, config, options)


def _judge(trained: Trained) -> Judged:
    """Judge a tagger; beside its rates, how many epochs there was time for, and their curves."""
    metrics, arrays = judged(trained.scores, trained.splits)
    metrics |= {
        "epochs": len(trained.history),
        "best_epoch": trained.best,
        "jets_per_second": trained.speed,
    }
    return metrics, arrays | {"history": rounded(trained.history)}


def _tagger(form: Form, *needs: str) -> Method:
    return Method(
        profiles={
            "gpu": TaggingConfig(),
            "quick": TaggingConfig(**_TOY, jets=320, epochs=3, warmup=1, restart=2, tail=0),
        },
        play=partial(_train, form=form),
        judge=_judge,
        data="jets",
        needs=tuple(("top-tagging-discovery", name) for name in needs),
        elsewhere={"gpu": _jets_source},
    )


def _play(
    config: ManySeedsConfig,
    options: RunOptions,
    *,
    source: Callable[[int], Pairs],
    **space: object,
) -> Many:
    first = options.seed * config.seeds
    seeds = range(first, first + config.seeds)
    return play_many(source, config.game, seeds, options=options, **space)  # type: ignore[arg-type]


def _orbits(seed: int) -> Pairs:
    return two_body_pairs()


def _cyclic_source(seed: int, *, seeds: int) -> DataSource:
    """Return the name and the checksum of the samples of all the seeds of a run."""
    mine = range(seed * seeds, (seed + 1) * seeds)
    sums = [cyclic.fingerprint(POINTS, ORDER, s) for s in mine]
    return DataSource(name=f"cyclic-{ORDER}", sha256=sha256("".join(sums).encode()).hexdigest())


def _profiles(game: object) -> dict[str, ManySeedsConfig]:
    """Return the settings of the poster's game, and a toy of it."""
    assert isinstance(game, GameConfig)  # noqa: S101 - the poster's games are of this kind
    toy = game.changed(hidden=(16, 16), epochs=2, epoch_size=640)
    return {"gpu": ManySeedsConfig(game=game), "quick": ManySeedsConfig(game=toy, seeds=3)}


_TWO_BODY = _profiles(README)
_CYCLIC = _profiles(CYCLIC.methods["liegan"].profiles["paper"])

GPU = Experiment(
    {
        "lorentznet": _tagger(minkowski),
        "liegnn": _tagger(partial(found, "liegan-held"), "liegan-held"),
        "two-body-seeds": Method(
            profiles=_TWO_BODY,
            play=partial(_play, source=_orbits, mask=BLOCKS),
            judge=partial(two_body_seeds, truth=SO2),
            data="two-body",
        ),
        "cyclic-seeds": Method(
            profiles=_CYCLIC,
            play=partial(_play, source=partial(cyclic.pairs, POINTS, ORDER)),
            judge=partial(cyclic_seeds, order=ORDER),
            data=f"cyclic-{ORDER}",
            elsewhere={
                profile: partial(_cyclic_source, seeds=config.seeds)
                for profile, config in _CYCLIC.items()
            },
        ),
    }
)
