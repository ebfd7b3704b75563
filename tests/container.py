"""The Dockerfile followed without Docker: ``python -m tests.container`` does all of it but what is Debian's.

What it copies is copied, what it installs is installed by hash into an environment of its Python, and its command runs
as somebody who may write nowhere but where the container's user may.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pathspec

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0


@dataclass(frozen=True)
class Image:
    """What a Dockerfile of one stage says."""

    base: str
    folder: str
    copied: Sequence[Sequence[str]]
    runs: Sequence[str]
    environment: Mapping[str, str]
    user: str
    volumes: Sequence[str]
    health: Sequence[str]
    command: Sequence[str]


def read(path: Path = ROOT / "Dockerfile") -> Image:
    """The file; an instruction that is not known is an error."""
    said: dict[str, list[str]] = {}
    for instruction, words in _instructions(path.read_text(encoding="utf-8")):
        said.setdefault(instruction, []).append(words)
    del said["EXPOSE"]
    image = Image(
        base=said.pop("FROM")[0],
        folder=said.pop("WORKDIR")[0],
        copied=[words.split() for words in said.pop("COPY")],
        runs=said.pop("RUN"),
        environment=dict(pair.split("=", 1) for words in said.pop("ENV") for pair in shlex.split(words)),
        user=said.pop("USER")[-1],
        volumes=json.loads(said.pop("VOLUME")[0]),
        health=json.loads(said.pop("HEALTHCHECK")[0].partition("CMD ")[2]),
        command=json.loads(said.pop("CMD")[-1]),
    )
    assert not said, f"not followed: {', '.join(said)}"
    return image


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        if line.strip():
            instruction, said = line.split(maxsplit=1)
            yield instruction, said


@cache
def _left_out() -> pathspec.PathSpec:
    """What .dockerignore keeps away; its patterns begin at the root, so that git's rules for them are Docker's."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return pathspec.PathSpec.from_lines("gitignore", lines)


def gets_in(path: str) -> bool:
    """Whether a file may be copied into the image."""
    return not _left_out().match_file(path)


def stage(image: Image, folder: Path) -> None:
    """Copy what the image copies."""
    for *sources, target in image.copied:
        for source in sources:
            for path in _files(ROOT / source):
                inside = path.relative_to(ROOT).as_posix()
                if gets_in(inside):
                    to = folder / (inside if target == "./" else target + inside.removeprefix(source))
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, to)


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())


def unprivileged(python: str, user: str) -> list[str]:
    """What makes a command somebody's who may do nothing but what everybody may; as little as can be had here.

    Args:
        python: An interpreter that this somebody must be able to run.
        user: Who it is, as the image says: number and group.
    """
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("setpriv") is None:
        return []
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    number, group = user.split(":")
    nobody = [*powerless, f"--reuid={number}", f"--regid={group}", "--clear-groups"]
    tried = subprocess.run([*nobody, python, "-c", "import numpy"], capture_output=True, check=False, cwd="/")
    # an interpreter in root's own folder is for root alone: then root without any of its powers
    return powerless if tried.returncode else nobody


@contextmanager
def started(image: Image, binaries: Path) -> Iterator[tuple[str, Path]]:
    """The image's command at work; its address, and the folder that stands for the container.

    In the folder are ``app``, which cannot be written to, ``data`` (the volume) and ``tmp``.

    Args:
        image: What to follow.
        binaries: Folder of the interpreter and of what was installed for it.
    """
    with tempfile.TemporaryDirectory(prefix="container-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        app, data, tmp = (folder / name for name in ("app", "data", "tmp"))
        stage(image, app)
        for each in (data, tmp):
            each.mkdir()
            each.chmod(0o777)
        _forbid_writing(app)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        said = {name: _moved(value, folder) for name, value in image.environment.items()}
        environment = {
            **said,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "TMPDIR": said["HOME"],
            "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
            "STREAMLIT_SERVER_PORT": str(port),
        }
        who = unprivileged(str(binaries / "python"), image.user)
        with (folder / "log").open("w") as log:
            server = subprocess.Popen([*who, *image.command], cwd=app, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_healthy([*who, *image.health], environment, server)
            yield f"http://127.0.0.1:{port}", folder
        finally:
            server.terminate()
            server.wait(timeout=20)
            for path in app.rglob("*"):
                path.chmod(0o755)
            app.chmod(0o755)


def _moved(value: str, folder: Path) -> str:
    """A value of the environment, with the container's folders those of here."""
    return f"{folder}{value}" if value.startswith(("/data", "/tmp")) else value


def _forbid_writing(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def _wait_until_healthy(check: Sequence[str], environment: Mapping[str, str], server: subprocess.Popen) -> None:
    """Ask as Docker would, until the answer is yes."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.5)):
        assert server.poll() is None, "the server ended at once"
        if not subprocess.run(check, env=dict(environment), capture_output=True, check=False).returncode:
            return
        pause.wait(0.5)
    raise TimeoutError("the health check never succeeded")


def main() -> None:
    """Install as the image does, start it, look at its pages, have it draw a map and make a report."""
    sys.path.insert(0, str(ROOT / "tests" / "bench"))
    from visitor import Visitor

    image = read()
    with tempfile.TemporaryDirectory(prefix="image-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        binaries = _installed(image, folder)
        with started(image, binaries) as (address, container):
            for path in ("", "explore", "two_features", "small_business", "trends", "your_table", "methods"):
                with Visitor(address, path) as visitor:
                    visitor.settle()
            with Visitor(address, "many_features", "where=AGE>40&use=hand-on") as visitor:
                visitor.settle()
                visitor.press("Make the report")
                visitor.settle()
            maps = sorted((container / "data" / "maps").glob("*.parquet"))
            said = (container / "log").read_text(encoding="utf-8")
    sys.stdout.write(f"{said}Healthy, every page opened, {len(maps)} maps drawn.\n")
    assert len(maps) >= 2
    assert "Traceback" not in said


def _installed(image: Image, folder: Path) -> Path:
    """An environment of the image's Python in which its own commands were run; where its programs are."""
    stage(image, folder)
    version = image.base.removeprefix("python:").split("-")[0]
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--seed", "--python", version, str(folder / "venv")], check=True)
    binaries = folder / "venv" / "bin"
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    for run in image.runs:
        if run.startswith(("pip ", "python ")):
            sys.stdout.write(f"{run}\n")
            subprocess.run(shlex.split(run), cwd=folder, env={**os.environ, "PATH": path}, check=True)
    return binaries


if __name__ == "__main__":
    main()
