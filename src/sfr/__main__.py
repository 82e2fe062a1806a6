"""``python -m sfr``."""

from sfr.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main(prog_name="sfr")
