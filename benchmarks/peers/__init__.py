"""The peers, one module each, all with the same name in it: `ROWS`.

A module imports its peer at the top, so a peer that is not installed is one whose module cannot be imported.
"""

import importlib

from ._row import Row

PEERS = ("metametric", "seqeval", "nervaluate", "anls_star", "stickler")


def rows_of(peer: str) -> tuple[Row, ...] | None:
    """The ways to score with a peer, or None where it is not installed."""
    try:
        module = importlib.import_module(f"{__name__}.{peer}")
    except ImportError as error:
        if error.name is not None and error.name.partition(".")[0] == peer:
            return None
        raise
    rows: tuple[Row, ...] = module.ROWS
    return rows
