r"""What a GPU does with this book: does it agree, how fast is it, and what does it make possible?

    liegan bench gpu [--plan] [--only PART ...] [--stretch 2] [--out FOLDER]

At most eight minutes on one GPU of the H100's class. Each part is a process of its own, with a time
limit of its own, and leaves a record of the experiment `gpu`: the first two write what they have
measured as they go, and the trainings end by themselves within their limit. So a run that is cut
off leaves what it had by then. `--only` runs some of the parts, `--stretch` multiplies the limits,
and `--plan` measures nothing but prints what each part should ask for. `--smoke --device cpu` plays
all of it at toy size, in about a minute on two idle cores.

    equal            is the GPU's answer the CPU's? (`_gpu_equal`)
    speed            milliseconds of a training step, beside what the GPU can do (`_gpu_speed`)
    two-body-seeds   200 seeds of the poster's two-body game in one stack: how many find so(2)?
    cyclic-seeds     200 seeds of the poster's game on a rotation of order 7
    lorentznet       the tagger's published recipe on 80,000 jets: as many epochs as fit
    liegnn           the same with the form J that LieGAN found

Before the run, where there are time and a network:

    liegan data jets --jets 80000 --seed 2302 --out data/cache/jets-80000.npz

makes the jets: 24 MB, in about 16 minutes on two cores. A checkout of each published program, for
their times beside ours, goes to data/cache/gpu/reference/LieGAN (Rose-STL-Lab/LieGAN) and to
data/cache/gpu/reference/LorentzNet (sdogsq/LorentzNet-release); `--reference` names another folder.
A machine without a network needs torch, numpy and scipy; what else is imported can come from
wheels, for the Python that is there (here 3.12):

    pip download --only-binary=:all: --no-deps -c constraints.txt -d data/cache/gpu/wheels \
      --python-version 3.12 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
      pydantic pydantic-core annotated-types typing-inspection tqdm

All of it lies in data/cache, which git ignores and which has to travel with the tree. There, run

    python3 benchmarks/gpu.py --out FOLDER

and bring FOLDER/gpu back to data/results/gpu: its files are records like all others.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "data/cache/gpu"
JETS = ROOT / "data/cache/jets-80000.npz"

#: Seconds that each part may take, its imports among them; together less than eight minutes.
LIMITS = {
    "equal": 20.0,
    "speed": 30.0,
    "two-body-seeds": 60.0,
    "cyclic-seeds": 60.0,
    "lorentznet": 150.0,
    "liegnn": 150.0,
}

#: What a Python must be able to do before a part is worth starting; the device comes after it.
READY = "import sys, numpy, pydantic, scipy, torch, tqdm; torch.ones(1, device=sys.argv[1]).item()"


def lacks(path: str, device: str) -> str | None:
    """Return what a Python that imports from there says it lacks, or None."""
    done = subprocess.run(
        [sys.executable, "-c", READY, device],
        env=os.environ | {"PYTHONPATH": path},
        stderr=subprocess.PIPE,
        text=True,
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else None


def import_path(wheels: Path, room: Path, device: str) -> str:
    """Return where the parts import from: this checkout, and only if packages lack, wheels.

    Args:
        wheels: folder of them.
        room: empty folder that they are unpacked to.
        device: that the parts will run on.

    Raises:
        SystemExit: if a package or the device is not there, or a wheel is damaged.
    """
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    said = lacks(path, device)
    if said is not None and "ModuleNotFoundError" in said:
        for wheel in sorted(wheels.glob("*.whl")):
            try:
                with zipfile.ZipFile(wheel) as f:
                    f.extractall(room)
            except (OSError, zipfile.BadZipFile) as error:
                sys.exit(f"{wheel} is damaged ({error}); download it again, as --help says")
        path = os.pathsep.join([path, str(room)])
        said = lacks(path, device)
    if said is None:
        return path
    if "Error: No module" in said or "ImportError" in said:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"{said}: install it, or fill {wheels} with wheels for Python {version} (--help)")
    sys.exit(f"device {device!r} is not available here ({said}); --smoke --device cpu needs none")


def check_out(folder: Path) -> None:
    """Make sure that records can be written, before the work is done.

    Raises:
        SystemExit: if they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        sys.exit(f"--out {folder} cannot be written ({error}); name another folder")


def run_part(name: str, limit: float, path: str, given: list[str], record: Path) -> str:
    """Run a part in a process group of its own, which ends with this one; return how it ended."""
    command = [sys.executable, __file__, "--part", name, "--until", str(time.time() + limit)]
    env = os.environ | {"PYTHONPATH": path}
    if "--smoke" in given:
        env.setdefault("OMP_NUM_THREADS", "1")  # toys are slower with more
    begun, before = time.monotonic(), record.stat().st_mtime_ns if record.exists() else 0
    process = subprocess.Popen([*command, *given], env=env, start_new_session=True)
    try:
        status = process.wait(limit)
        how = "done" if not status else f"failed with status {status}, see above"
    except subprocess.TimeoutExpired:
        how = "cut off at its limit"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if how != "done":
        written = record.exists() and record.stat().st_mtime_ns > before
        how += f"; {record} has what it had written" if written else "; failed to write a record"
    return f"{name}: {how}, {time.monotonic() - begun:.0f} s of {limit:.0f}"


def arguments() -> argparse.Namespace:
    """Parse and check the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--device", default="cuda", help="cuda, cuda:1, or cpu with --smoke")
    parser.add_argument("--smoke", action="store_true", help="toy size: does it run?")
    parser.add_argument("--plan", action="store_true", help="print what each part asks for")
    parser.add_argument("--only", nargs="+", metavar="PART", choices=list(LIMITS))
    parser.add_argument("--stretch", type=float, default=1.0, help="factor of all time limits")
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "data/results",
        help="folder of the records; default: data/results",
    )
    parser.add_argument(
        "--reference", type=Path, default=CACHE / "reference", help="folder of both checkouts"
    )
    parser.add_argument(
        "--wheels", type=Path, default=CACHE / "wheels", help="folder of wheels of what lacks"
    )
    parser.add_argument("--part", choices=list(LIMITS), help=argparse.SUPPRESS)
    parser.add_argument("--until", type=float, help=argparse.SUPPRESS)
    a = parser.parse_args()
    if not re.fullmatch(r"cpu|cuda(:\d+)?", a.device):
        parser.error(f"--device must be cuda, cuda:1, …, or cpu, not {a.device!r}")
    if a.device == "cpu" and not (a.smoke or a.plan):
        parser.error("on a CPU this takes days; add --smoke for its toy size")
    if not 0 < a.stretch < float("inf"):
        parser.error(f"--stretch must be a positive number, not {a.stretch}")
    return a


def main() -> None:
    """Run the parts that are asked for, one after another, and say how each ended."""
    a = arguments()
    if a.part:
        from _gpu_parts import play  # its imports count to the part

        play(a)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # and the part with it
    # At toy size nothing is timed: a busy machine may take its time.
    stretch = 10 * a.stretch if a.smoke else a.stretch
    limits = {name: stretch * LIMITS[name] for name in LIMITS if name in (a.only or LIMITS)}
    if not a.smoke and not JETS.is_file() and {"lorentznet", "liegnn"} & limits.keys():
        said = f"there is no {JETS}; make it as --help says, or leave the taggers out with --only"
        if not a.plan:
            sys.exit(said)
        print(said, file=sys.stderr)
    given = ["--device", a.device, "--reference", str(a.reference), "--out", str(a.out)]
    given += ["--smoke"] if a.smoke else []
    with tempfile.TemporaryDirectory(prefix="liegan-wheels-") as room:
        path = import_path(a.wheels, Path(room), "cpu" if a.plan else a.device)
        if a.plan:
            command = [sys.executable, str(Path(__file__).with_name("_gpu_plan.py"))]
            env = os.environ | {"PYTHONPATH": path}
            sys.exit(subprocess.call([*command, json.dumps(limits)], env=env))
        check_out(a.out)
        file = "quick-s0.json" if a.smoke else "gpu-s0.json"
        ends = [
            run_part(name, limit, path, given, a.out / "gpu" / name / file)
            for name, limit in limits.items()
        ]
    print("\n".join(ends))
    sys.exit(any("failed" in end for end in ends))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted")
