"""Made-up sentences in the manner of newswire, with exact gold: as many as are wanted, for models too small for real ones.

A name is seen in one split alone, so that a model cannot know the names of the test: it has to read.
The words around the names are the same in all splits. What a clause says hangs on a word or two: the
same words with another cue hold another relation, or none.

The same arguments give the same sentences on every machine: the only source of chance is
``random.Random.random`` of a seed that is a string, and the only hash is CRC-32.
"""

from __future__ import annotations

from sfr.newswire.phrases import ROLES, TYPES
from sfr.newswire.raw import raw_files
from sfr.newswire.sentences import Split, sentences

__all__ = ["ROLES", "TYPES", "Split", "raw_files", "sentences"]
