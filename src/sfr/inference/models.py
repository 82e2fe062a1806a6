"""Models: a folder as transformers writes it, with a chat template, here or on the Hugging Face hub."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sfr.data.manifests import fingerprints
from sfr.inference.errors import InferenceError
from sfr.tokenizers import is_path, tokenizer_of

__all__ = ["Model", "find_model"]

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_READ = (
    "config.json",
    "generation_config.json",
    "tokenizer*",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab*",
    "merges.txt",
    "*.model",
    "chat_template*",
    "*.index.json",
    *_WEIGHTS,
)
"""What is read of a folder; a trainer leaves more there, such as its logs."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be loaded: its folder, its tokenizer, and what its files say about answers.

    ``ends`` are the tokens after which an answer is over, ``positions`` is how many tokens a prompt and its
    answer may have together, if the model says so.
    """

    folder: Path
    tokenizer: Any = field(repr=False)
    ends: frozenset[int]
    positions: int | None = None

    @property
    def pad(self) -> int:
        """The token that a batch is filled up with: the tokenizer's own, or an end token."""
        own: int | None = self.tokenizer.pad_token_id
        return min(self.ends) if own is None else own

    def chat(self, prompt: str, answer: str | None = None, *, thinking: bool | None = None) -> str:
        """A prompt as the message of a user in the chat template, up to where an answer begins, or with an answer.

        ``thinking`` is the switch that templates such as that of Qwen3 have; None leaves it as it is there.
        """
        messages = [{"role": "user", "content": prompt}]
        if answer is not None:
            messages.append({"role": "assistant", "content": answer})
        switch = {} if thinking is None else {"enable_thinking": thinking}
        text: str = self.tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=answer is None, **switch
        )
        return text

    def fingerprint(self) -> str:
        """One SHA-256 of all files that the answers depend on, whatever the folder is called; it reads them all."""
        found = fingerprints({path.name: path for path in _files(self.folder, _READ)})
        return f"sha256:{hashlib.sha256(json.dumps(found).encode()).hexdigest()}"


def find_model(name: str) -> Model:
    """The model in a folder, or of a name on the hub, which is fetched if it is not here yet.

    Raises InferenceError when it cannot be had, or cannot be asked.
    """
    path = Path(name).expanduser()
    folder = _checked(path if path.exists() or is_path(name) else _fetched(name))
    config = _json(folder / "config.json")
    try:
        tokenizer = tokenizer_of(str(folder))
    except ValueError as error:
        raise InferenceError(str(error)) from None
    if not tokenizer.chat_template:
        raise InferenceError(
            f"the tokenizer in {folder} has no chat template, so that it is not known how the model is asked; "
            "put that which it was trained with into chat_template.jinja there"
        )
    return Model(folder, tokenizer, _ends(folder, config, tokenizer), _positions(config))


def _checked(folder: Path) -> Path:
    """The folder, if it looks like that of a model."""
    if not folder.is_dir():
        raise InferenceError(f"there is no model in {folder}: no such folder")
    if not (folder / "config.json").is_file():
        if (folder / "adapter_config.json").is_file():
            raise InferenceError(
                f"{folder} holds an adapter alone; merge it into its model first, as llamafactory-cli export does"
            )
        inner = sorted(path.parent.name for path in folder.glob("*/config.json"))
        hint = f"; there is one in: {', '.join(inner)}" if inner else ""
        raise InferenceError(f"there is no model in {folder}: no config.json{hint}")
    if not _files(folder, _WEIGHTS):
        raise InferenceError(f"there is no model in {folder}: no weights ({' or '.join(_WEIGHTS)})")
    if not any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer_config.json")):
        raise InferenceError(f"there is no tokenizer in {folder}; copy that of the model it was trained from")
    return folder


def _fetched(name: str) -> Path:
    """The folder that a model of the hub is kept in here."""
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        msg = "models of the hub take huggingface_hub: python -m pip install 'sfr[extract]'"
        raise InferenceError(msg) from None
    try:
        return Path(snapshot_download(name, allow_patterns=list(_READ)))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the name or the way to the hub
        said = str(error).strip().partition("\n")[0]
        raise InferenceError(f"there is no folder {name}, and no model of that name on the hub: {said}") from None


def _files(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})


def _json(path: Path) -> dict[str, Any]:
    """The object in a file of the model; nothing if there is no such file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InferenceError(f"{path} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise InferenceError(f"{path}: expected a JSON object")
    return found


def _ends(folder: Path, config: dict[str, Any], tokenizer: Any) -> frozenset[int]:
    """The end tokens that the tokenizer, the model or its settings for generation name: any of them ends an answer."""
    said = [tokenizer.eos_token_id, _json(folder / "generation_config.json").get("eos_token_id")]
    said.append(config.get("eos_token_id"))
    ends = {end for one in said for end in (one if isinstance(one, list) else [one]) if isinstance(end, int)}
    if not ends:
        raise InferenceError(f"neither the tokenizer nor the model in {folder} says which token ends an answer")
    return frozenset(ends)


def _positions(config: dict[str, Any]) -> int | None:
    inner = config.get("text_config") or config
    found = inner.get("max_position_embeddings", inner.get("n_positions"))
    return found if isinstance(found, int) else None
