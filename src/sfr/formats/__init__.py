"""How an extraction is written as text: one form we write for new data, and all those of the field.

Reading goes by shape, so a model may answer in any of them; ``FORMATS`` are their names.
"""

from __future__ import annotations

from sfr.formats._calls import read_calls
from sfr.formats._draft import CODES, DROPPED, Draft, Policy, Problem, Split
from sfr.formats._dump import dump, records, slots
from sfr.formats._lists import read_list, unwrap
from sfr.formats._nodes import Call, Node, Number, Pairs, is_blank, members, plain
from sfr.formats._text import read_instructuie, read_sel
from sfr.formats._typed import read_records, read_typed

__all__ = [
    "CODES",
    "DROPPED",
    "FORMATS",
    "Call",
    "Draft",
    "Node",
    "Number",
    "Pairs",
    "Policy",
    "Problem",
    "Split",
    "dump",
    "is_blank",
    "members",
    "plain",
    "read_node",
    "read_records",
    "read_text",
    "records",
    "slots",
]

FORMATS = {
    "records": "objects keyed by type, mentions in lists; lossless, the default for new data",
    "slots": "the paper's strings: objects keyed by type, mentions joined by spaces",
    "iepile": "objects keyed by type as in IEPile and OneKE: subject/object keys, arguments by role, NAN",
    "lists": "lists of objects that name their type (OneKE v2, YAYI-UIE, generic)",
    "triples": "lists of arrays: [head, relation, tail], [span, type]",
    "universalner": "a list of mentions of the one type that was asked for",
    "calls": "Python calls as in GoLLIE and KnowCoder, read as text",
    "instructuie": "lines of 'type: mention; type: head, tail', or None",
    "sel": "UIE's structured extraction language",
}
"""The formats by name."""


def read_node(node: Node, draft: Draft) -> str:
    """Take the units of a bracketed text by its shape; the format's name."""
    tokens: list[str] = []
    where = ""
    while isinstance(node, Pairs) and (inner := unwrap(node, draft)):
        node, key, tokens = inner
        where = f"{where}.{key}" if where else key
    if isinstance(node, Pairs):
        return read_typed(node, draft, where)
    if isinstance(node, Call):
        node = [node]
    if isinstance(node, list) and any(isinstance(item, Call) for item in node):
        return read_calls(node, draft)
    if isinstance(node, list):
        return read_list(node, draft, where, tokens)
    draft.problem("not-an-object", where, plain(node))
    return ""


def read_text(text: str, draft: Draft) -> str:
    """Take the units of a text without brackets; the format's name, or "" if it has none."""
    return read_sel(text, draft) or read_instructuie(text, draft)
