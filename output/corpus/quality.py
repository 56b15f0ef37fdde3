"""Heuristics of quality by which public corpora are filtered, and the verdict of each.

Gopher: Rae et al., 2021, https://arxiv.org/abs/2112.11446, section A.1.1; C4: Raffel et al., 2020,
https://arxiv.org/abs/1910.10683; FineWeb: Penedo et al., 2024, https://arxiv.org/abs/2406.17557.
Thresholds, order and signs are those of datatrove 0.10, to which a test holds every verdict.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STOP_WORDS = frozenset(
    "yang dan di ke dari untuk dengan pada ini itu adalah dalam tidak akan oleh juga".split()
)
"""Indonesian stop words, of which a text has two at least, in place of Gopher's eight English."""
_ENGLISH = frozenset("the and of to in is for that with on was by from are it".split())
_FEWEST = 3
"""Small words of a language; fewer do not tell the language of a text."""
_WORD = re.compile(r"\w+(?:[-'’.,]\w+)*|[^\w\s]+")
_ENDS_CODED = """
21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 166E 1735-1736
17D4-17D6 17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F
203C-203D 2047-2049 2E2E 2E3C 2E53-2E54 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F
A9C8-A9C9 AA5D-AA5F AAF0-AAF1 ABEB FE52 FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59
10F86-10F89 11047-11048 110BE-110C1 11141-11143 111C5-111C6 111CD 111DE-111DF 11238-11239
1123B-1123C 112A9 1144B-1144C 115C2-115C3 115C9-115D7 11641-11642 1173C-1173E 11944 11946
11A42-11A43 11A9B-11A9C 11C41-11C42 11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5 16B37-16B38 16B44
16E98 1BC9F 1DA88
"""


def _characters(coded: str) -> Iterator[str]:
    """Yield the characters of code points and ranges of these, in hexadecimal."""
    for each in coded.split():
        first, _, last = each.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


_ENDS = tuple(_characters(_ENDS_CODED))
"""Characters by which datatrove's FineWeb knows the end of a sentence, of every script. A quotation
mark is none: a line that ends in a quotation counts as one without punctuation."""
_SYMBOLS = frozenset(
    "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»"
)
_SYMBOLS |= {*_ENDS, *_characters("0-8 B-1F 7F-9F")}
"""Characters of which a word of Gopher's has another beside."""
_C4_ENDS = (".", "?", "!", '"', "'")
_C4_POLICY = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
_C4_CITATION = re.compile(r"\[\d*]|\[edit]|\[citation needed]")
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")
_SHORT_LINE = 30
"""Characters: FineWeb's longest short line."""
TOP = ((2, 0.2), (3, 0.18), (4, 0.16))
REPEATED = ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))
"""Lengths of n-grams in words, and the most of a text's characters that may be in them."""


class Measured(NamedTuple):
    """Measures of a text; shares are from 0 to 1."""

    words: int
    characters: int
    mean_word_length: float
    symbols_per_word: float
    alphabetic_words: float
    stop_words: int
    lines_with_punctuation: float
    short_lines: float
    repeated_lines: float
    repeated_5_grams: float
    gopher_quality: str | None
    gopher_repetition: str | None
    c4: str | None
    fineweb: str | None


FILTERS = ("gopher_quality", "gopher_repetition", "c4", "fineweb")
"""Columns with a verdict: null for a text that passes, else the reason."""


def words_of(text: str) -> list[str]:
    """Return the words of `text`, and the punctuation between words as words, as tokenizers do."""
    return _WORD.findall(text)


def sentences_of(text: str) -> list[str]:
    """Return the sentences of `text`, parted after an end mark and a space."""
    return _SENTENCE.split(text)


def language_of(text: str) -> tuple[str | None, float | None]:
    """Return `id` or `en` and the share of the language in the small words of both; else nulls."""
    found = text.lower().split()
    own = sum(map(STOP_WORDS.__contains__, found))
    english = sum(map(_ENGLISH.__contains__, found))
    if max(own, english) < _FEWEST:
        return None, None
    return ("id" if own >= english else "en"), round(max(own, english) / (own + english), 4)


def measure(text: str) -> Measured:
    """Return the measures and verdicts of `text`."""
    words = words_of(text)
    spoken = [word for word in words if _is_spoken(word)]
    lines = [line for line in text.split("\n") if line.strip()]
    marks = text.count("#") + text.count("...") + text.count("…")
    alphabetic = sum(any(map(str.isalpha, word)) for word in words)
    return Measured(
        len(spoken),
        len(text),
        _share(sum(map(len, spoken)), len(spoken)),
        _share(marks, len(words)),
        _share(alphabetic, len(words)),
        len(STOP_WORDS.intersection(words)),
        _share(sum(line.endswith(_ENDS) for line in lines), len(lines)),
        _share(sum(len(line) <= _SHORT_LINE for line in lines), len(lines)),
        _share(_repeated(lines)[1], len(text)),
        _share(_repeated_characters(words, 5), len(text)),
        gopher_quality(text, words),
        gopher_repetition(text, words),
        c4(text),
        fineweb(text, words),
    )


def gopher_quality(text: str, words: Sequence[str]) -> str | None:
    """Return the first of Gopher's quality rules that `text` breaks; None for none."""
    spoken = [word for word in words if _is_spoken(word)]
    lines = text.splitlines()
    length = sum(map(len, spoken))
    dots = text.count("...") + text.count("…")
    rules: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("gopher_short_doc", lambda: len(spoken) < 50),
        ("gopher_long_doc", lambda: len(spoken) > 100_000),
        ("gopher_below_avg_threshold", lambda: length < 3 * len(spoken)),
        ("gopher_above_avg_threshold", lambda: length > 10 * len(spoken)),
        ("gopher_too_many_hashes", lambda: text.count("#") / len(words) > 0.1),
        ("gopher_too_many_ellipsis", lambda: dots / len(words) > 0.1),
        (
            "gopher_too_many_bullets",
            lambda: sum(line.lstrip().startswith(("•", "-")) for line in lines) / len(lines) > 0.9,
        ),
        (
            "gopher_too_many_end_ellipsis",
            lambda: sum(line.rstrip().endswith(("...", "…")) for line in lines) / len(lines) > 0.3,
        ),
        (
            "gopher_below_alpha_threshold",
            lambda: sum(any(map(str.isalpha, word)) for word in words) / len(words) < 0.8,
        ),
        ("gopher_enough_stop_words", lambda: len(STOP_WORDS.intersection(words)) < 2),
    )
    return next((name for name, breaks in rules if breaks()), None)


def gopher_repetition(text: str, words: Sequence[str]) -> str | None:
    """Return the first of Gopher's rules on repetition that `text` breaks; None for none."""
    if not text:
        return "empty"
    for name, parts in (
        ("para", re.split(r"\n{2,}", text.strip())),
        ("line", re.split(r"\n+", text)),
    ):
        elements, characters = _repeated(parts)
        if elements / len(parts) > 0.3:
            return f"dup_{name}_frac"
        if characters / len(text) > 0.2:
            return f"dup_{name}_char_frac"
    for n, most in TOP:
        grams = [" ".join(words[at : at + n]) for at in range(len(words) - n + 1)]
        if grams:
            gram, times = Counter(grams).most_common(1)[0]
            if len(gram) * times / len(text) > most:
                return f"top_{n}_gram"
    for n, most in REPEATED:
        repeated = _repeated_characters(words, n)
        if repeated / len(text) > most:
            return f"duplicated_{n}_n_grams"
        if not repeated:  # so no longer n-gram repeats
            break
    return None


def c4(text: str) -> str | None:
    """Return the rule of C4 by which `text` is dropped whole; None for none.

    A paragraph is a line. Lines that C4 would drop alone count for no sentences.
    """
    sentences = 0
    for raw in text.splitlines():
        line = raw.strip()
        words = line.split()
        if any(len(word) > 1000 for word in words):
            continue
        line = _C4_CITATION.sub("", line)
        if not line.endswith(_C4_ENDS) or line.endswith("...") or len(words) < 3:
            continue
        lower = line.lower()
        if "lorem ipsum" in lower:
            return "lorem_ipsum"
        if "javascript" in lower:
            continue
        if "{" in line:
            return "curly_bracket"
        if not any(policy in lower for policy in _C4_POLICY):
            sentences += len(sentences_of(line))
    return "too_few_sentences" if sentences < 5 else None


def fineweb(text: str, words: Sequence[str]) -> str | None:
    """Return the first of FineWeb's rules that `text` breaks; None for none."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return "empty"
    if sum(line.endswith(_ENDS) for line in lines) / len(lines) < 0.12:
        return "line_punct_ratio"
    if sum(len(line) <= _SHORT_LINE for line in lines) / len(lines) > 0.67:
        return "short_line_ratio"
    if _repeated(lines)[1] / len(text.replace("\n", "")) > 0.01:
        return "char_dup_ratio"
    return "list_ratio" if text.count("\n") / len(words) > 0.3 else None


def _is_spoken(word: str) -> bool:
    """Return True if a character of `word` is no symbol."""
    return not _SYMBOLS.issuperset(word)


def _share(part: float, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _repeated(parts: Sequence[str]) -> tuple[int, int]:
    """Return how many of `parts` repeat an earlier part, and the characters of these."""
    seen: set[str] = set()
    elements = characters = 0
    for part in parts:
        if part in seen:
            elements += 1
            characters += len(part)
        seen.add(part)
    return elements, characters


def _repeated_characters(words: Sequence[str], n: int) -> int:
    """Return the characters of the n-grams that repeat an earlier n-gram and do not overlap."""
    seen: set[str] = set()
    repeated = at = 0
    while at < len(words) - n + 1:
        gram = "".join(words[at : at + n])
        if gram in seen:
            repeated += len(gram)
            at += n
        else:
            seen.add(gram)
            at += 1
    return repeated
