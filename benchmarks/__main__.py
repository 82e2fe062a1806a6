"""`python -m benchmarks [section ...]`: print the tables."""

import argparse
import importlib
import os
import platform

from rich.console import Console

SECTIONS = ("compare", "segmentation", "training_rows", "worst_cases", "imports", "resampling", "adapters", "serving")
WIDTH = 170


def main() -> None:
    """Run the sections that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("section", nargs="*", help=f"of {', '.join(SECTIONS)}; default: all")
    parser.add_argument(
        "--count", type=int, default=2_000, help="gold objects a task in the comparison (default: %(default)s)"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.section) - set(SECTIONS)
    if unknown:
        parser.error(f"unknown section: {', '.join(sorted(unknown))}; known: {', '.join(SECTIONS)}")
    console = Console(width=WIDTH)
    console.print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores. "
        "CPU time, garbage collector off, best of 5. Only ratios carry over to another machine."
    )
    for section in arguments.section or SECTIONS:
        module = importlib.import_module(f"benchmarks.{section}")
        console.print(module.table(arguments.count) if section == "compare" else module.table())


if __name__ == "__main__":
    main()
