r"""What a GPU does with this book: does it agree, how fast is it, and what does it make possible?

    liegan bench gpu [--plan] [--only PART ...] [--stretch 2] [--out FOLDER]

At most eight minutes on one card of the H100's class. Each part is a process of its own with a time
limit of its own, and writes a record, of the experiment `gpu`, as soon as it knows something; so a
run that is cut off leaves what it has. `--only` runs some of the parts, `--stretch` gives each more
time, `--plan` measures nothing and prints what each part will ask for. `--smoke --device cpu` runs
all of it at toy size, in less than a minute.

    equal            is the GPU's answer the CPU's? (`_gpu_equal`)
    speed            milliseconds of a training step, beside what the card can do (`_gpu_speed`)
    two-body-seeds   200 seeds of the poster's two-body game in one stack: how many find so(2)?
    cyclic-seeds     200 seeds of the poster's game on a rotation of order 7
    lorentznet       the tagger's full recipe on 80,000 jets: as many epochs as fit
    liegnn           the same with the form J that LieGAN found

Before the run, where there is time and a network:

    liegan data jets --jets 80000 --seed 2302 --out data/cache/jets-80000.npz

makes the jets: 24 MB, in about 16 minutes on two cores. A checkout of each published program, for
their times beside ours, goes to data/cache/gpu/reference/LieGAN (Rose-STL-Lab/LieGAN) and to
data/cache/gpu/reference/LorentzNet (sdogsq/LorentzNet-release); `--reference` names another folder.
A machine with no network needs torch, numpy and scipy; what else is imported can come from wheels,
for the Python that is there (here 3.12):

    pip download --only-binary=:all: --no-deps -c constraints.txt -d data/cache/gpu/wheels \
      --python-version 3.12 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
      pydantic pydantic-core annotated-types typing-inspection tqdm

All of it lies in data/cache, which git ignores and which has to travel with the tree. There, run

    python3 benchmarks/gpu.py --out FOLDER

and bring FOLDER/gpu back to data/results/gpu: its files are records like all others.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "data/cache/gpu"

#: Seconds that each part may take, its imports among them; together eight minutes.
LIMITS = {
    "equal": 20.0,
    "speed": 40.0,
    "two-body-seeds": 60.0,
    "cyclic-seeds": 60.0,
    "lorentznet": 150.0,
    "liegnn": 150.0,
}


def lacks(path: str) -> str | None:
    """Return what a Python that imports from there says it lacks, or None."""
    done = subprocess.run(
        [sys.executable, "-c", "import numpy, pydantic, scipy, torch, tqdm"],
        env=os.environ | {"PYTHONPATH": path},
        stderr=subprocess.PIPE,
        text=True,
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else None


def import_path(wheels: Path, room: Path) -> str:
    """Return where the parts import from: this checkout, and only if packages lack, wheels.

    Args:
        wheels: folder of them.
        room: empty folder that they are unpacked to.

    Raises:
        SystemExit: if even then a package lacks.
    """
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    if lacks(path) is None:
        return path
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as f:
            f.extractall(room)
    path = os.pathsep.join([path, str(room)])
    if (said := lacks(path)) is not None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"{said}: fill {wheels} with wheels for Python {version}, as --help says")
    return path


def run_part(name: str, limit: float, path: str, given: list[str]) -> str:
    """Run a part in a process group of its own; return how it ended."""
    command = [sys.executable, __file__, "--part", name, "--until", str(time.time() + limit)]
    begun = time.monotonic()
    process = subprocess.Popen(
        [*command, *given], env=os.environ | {"PYTHONPATH": path}, start_new_session=True
    )
    try:
        status = process.wait(limit)
        how = "done" if not status else f"failed with status {status}, see above"
    except subprocess.TimeoutExpired:
        how = "cut off at its limit; what it has measured is written"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return f"{name}: {how}, {time.monotonic() - begun:.0f} s of {limit:.0f}"


def arguments() -> argparse.Namespace:
    """Parse and check the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--device", default="cuda", help="cuda, cuda:1, or cpu with --smoke")
    parser.add_argument("--smoke", action="store_true", help="toy size: does it run?")
    parser.add_argument("--plan", action="store_true", help="print what each part asks for")
    parser.add_argument("--only", nargs="+", choices=list(LIMITS), default=list(LIMITS))
    parser.add_argument("--stretch", type=float, default=1.0, help="factor of all time limits")
    parser.add_argument("--out", type=Path, help="folder of the records; default: data/results")
    parser.add_argument("--reference", type=Path, default=CACHE / "reference")
    parser.add_argument("--wheels", type=Path, default=CACHE / "wheels")
    parser.add_argument("--part", choices=list(LIMITS), help=argparse.SUPPRESS)
    parser.add_argument("--until", type=float, help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.device == "cpu" and not a.smoke:
        parser.error("on a CPU this takes days; add --smoke for its toy size")
    if not a.stretch > 0:
        parser.error(f"--stretch must be above 0, not {a.stretch}")
    return a


def main() -> None:
    """Run the parts that are asked for, one after another, and say how each ended."""
    a = arguments()
    if a.part:
        from _gpu_parts import play  # its imports count to the part

        play(a)
        return
    given = ["--device", a.device, "--reference", str(a.reference)]
    given += ["--smoke"] if a.smoke else []
    given += ["--out", str(a.out)] if a.out else []
    with tempfile.TemporaryDirectory(prefix="liegan-wheels-") as room:
        path = import_path(a.wheels, Path(room))
        if a.plan:
            command = [sys.executable, str(Path(__file__).with_name("_gpu_plan.py"))]
            sys.exit(subprocess.call(command, env=os.environ | {"PYTHONPATH": path}))
        # At toy size nothing is timed: a busy machine may take its time.
        stretch = 10 * a.stretch if a.smoke else a.stretch
        ends = [run_part(name, stretch * LIMITS[name], path, given) for name in a.only]
    print("\n".join(ends))
    sys.exit(any("failed" in end for end in ends))


if __name__ == "__main__":
    main()
