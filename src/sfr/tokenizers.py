"""Tokenizers of Hugging Face, from a folder, a file or the hub."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["is_path", "tokenizer_of"]


@cache
def tokenizer_of(name: str) -> Any:
    """The tokenizer in a folder, in a file, or of a name on the hub; a path that is not there is no name.

    Raises ValueError when it cannot be had.
    """
    path = Path(name).expanduser()
    if not path.exists() and is_path(name):
        raise ValueError(f"there is no tokenizer in {name}: no such file or folder")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # it has to say that PyTorch is not there, which is well
    try:
        from transformers import AutoTokenizer, PreTrainedTokenizerFast
    except ImportError:
        raise ValueError("counting tokens takes transformers: python -m pip install 'sfr[tokenizers]'") from None
    try:
        if path.is_file():
            from_file: Any = PreTrainedTokenizerFast
            return from_file(tokenizer_file=str(path))
        if path.is_dir():
            return AutoTokenizer.from_pretrained(str(path), local_files_only=True)
        return AutoTokenizer.from_pretrained(name)
    except Exception as error:  # noqa: BLE001 - what it raises for other files is not said anywhere
        raise ValueError(f"there is no tokenizer in {name}: {error}") from None


_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


def is_path(name: str) -> bool:
    """Whether a name can only be meant as a path: it is no name on the hub, or its first part is a folder here."""
    owner, _, repository = name.partition("/")
    return not _HUB_NAME.fullmatch(name) or name.endswith(".json") or (bool(repository) and Path(owner).is_dir())
