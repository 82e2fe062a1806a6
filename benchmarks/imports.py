"""What `import sfr` costs in a fresh interpreter, and what it must not bring along."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile

from rich.table import Table

RUNS = 15
LIMIT_MS = 50
HEAVY = ("numpy", "pydantic", "scipy", "torch")
CODES = {
    "import sfr": "import sfr",
    "import sfr and the first score": 'import sfr; sfr.reward(\'ner\').score(\'{"person": ["Kevin"]}\', \'{"person": ["Kevin"]}\')',
}


def table() -> Table:
    """Milliseconds over a bare interpreter, and the heavy modules found loaded."""
    found = Table(title=f"Import: fresh interpreters, median CPU time of {RUNS}, less python -c pass")
    found.add_column("")
    found.add_column("ms", justify="right")
    found.add_column("limit", justify="right")
    found.add_column(f"loaded of {', '.join(HEAVY)}")
    seconds: dict[str, list[float]] = {code: [] for code in ("pass", *CODES.values())}
    with tempfile.TemporaryDirectory() as byte_code:
        environment = _environment(byte_code)
        loaded_by = {code: _loaded(code, environment) for code in seconds}  # compiles as well
        for _ in range(RUNS):
            for code, times in seconds.items():
                times.append(_cpu_seconds(code, environment))
    bare = statistics.median(seconds["pass"])
    for name, code in CODES.items():
        ms = (statistics.median(seconds[code]) - bare) * 1_000
        loaded = loaded_by[code]
        found.add_row(
            name,
            f"{'[green]' if ms <= LIMIT_MS else '[red]'}{ms:.1f}",
            f"{LIMIT_MS}",
            f"[red]{loaded}" if loaded else "[green]none",
        )
    return found


def _environment(byte_code: str) -> dict[str, str]:
    """That of this process, but with a place for byte code: an installed package comes compiled."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {"PYTHONPYCACHEPREFIX": byte_code}


def _cpu_seconds(code: str, environment: dict[str, str]) -> float:
    """CPU time of a child process from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _loaded(code: str, environment: dict[str, str]) -> str:
    report = f"{code}\nimport sys; print(*(name for name in {HEAVY} if name in sys.modules))"
    command = [sys.executable, "-c", report]
    done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    return done.stdout.strip()
