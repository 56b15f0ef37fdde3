"""Tokens of a text, by a tokenizer of language models that ships in a package."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from output.extras import needed

if TYPE_CHECKING:
    from collections.abc import Callable

_ENCODING = "o200k_base"


def tokenizer() -> tuple[str, Callable[[str], int]]:
    """Return the tokenizer's name with its package, and a function that counts a text's tokens.

    :raises MissingExtraError: the package, of the extra `tokens`, is not installed.
    """
    with needed():
        import bpe_openai

    encoding = bpe_openai.get_encoding(_ENCODING)
    name = f"{_ENCODING} of bpe-openai {version('bpe-openai')}"
    return name, lambda text: len(encoding.encode_ordinary(text))
