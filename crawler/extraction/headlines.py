"""What Indonesian headlines look like, and where one ends that runs into prose without a mark."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Words that headlines leave in lower case.
SMALL = frozenset(
    ["di", "ke", "dari", "dan", "yang", "untuk", "pada", "dengan", "dalam", "atau", "oleh", "akan", "bakal", "soal", "bagi", "saat", "hingga", "sampai", "agar", "tak", "tidak", "bukan", "lewat", "vs", "para", "si", "sang", "per", "via", "jadi", "usai", "pasca", "tanpa", "kepada", "terhadap", "sebagai", "karena", "demi", "antara", "atas", "secara", "seperti", "sejak", "serta", "the", "of", "and", "for", "in", "on", "to", "a", "an", "at", "by", "is", "ala", "mtm", "yoy", "alias", "tentang", "menuju", "selama", "bagai"]
)
# Words that open a sentence and tie it to the one before: they seldom begin a name.
OPENERS = frozenset(
    ["selain", "sementara", "namun", "adapun", "kini", "setelah", "untuk", "oleh", "hal", "dalam", "menurut", "di", "pada", "tak", "tidak", "dengan", "meski", "meskipun", "karena", "saat", "jika", "bila", "tetapi", "ia", "dia", "mereka", "kami", "kita", "itu", "ini", "para", "salah", "seperti", "sebelumnya", "sejak", "selama", "ketika", "apabila", "apalagi", "sebab", "akibatnya", "sehingga", "bahkan", "hingga", "lalu", "kemudian", "selanjutnya", "sebagai", "sedangkan", "walau", "walaupun", "berdasarkan", "bersama", "bukan", "hanya", "masih", "juga", "maka", "dari", "sekadar", "terkait", "sebanyak", "sekitar", "beberapa", "banyak", "sebuah", "seorang", "sejumlah", "setiap", "semua", "seluruh", "berikut", "begitu", "demikian", "diketahui", "dikutip", "melansir", "mengutip", "dilansir", "alhasil", "artinya", "lantas", "nah", "saya", "anda", "kamu", "lebih", "tentu", "rencananya", "hasilnya", "pasalnya", "sayangnya", "menariknya", "uniknya", "sebaliknya", "sejauh", "sesuai", "tahun", "bulan", "hari", "pihaknya", "langkah", "fitur", "kehadiran"]
)
_TOKEN = re.compile(r"\S+")
_EDGES = "\"'“”‘’()[]«»"
_LONGEST = 30  # words; headlines that are longer do not occur in the labelled texts


def _bare(token: str) -> str:
    return token.strip(_EDGES).rstrip(".,;:!?…\"'“”‘’)")


def _small(token: str) -> bool:
    """Whether a headline may hold `token` as it is: capitalised, with a digit, or a small word."""
    bare = _bare(token)
    return (
        not bare
        or not bare[0].islower()
        or bare in SMALL
        or any(c.isdigit() or c.isupper() for c in bare)
    )


def looks_like_headline(text: str) -> bool:
    """Three to thirty words, mostly capitalised, without the full stop of a sentence."""
    tokens = text.split()
    if not 3 <= len(tokens) <= _LONGEST or text[-1] in ".,;:…" or text[0].islower():
        return False
    content = [bare for bare in map(_bare, tokens) if bare and bare not in SMALL]
    capital = sum(not word[0].islower() for word in content)
    return bool(content) and capital / len(content) >= 0.6


def headline_end(
    text: str, start: int, elsewhere: str = "", known: Sequence[str] = ()
) -> int | None:
    """Where the headline that begins at `start` ends, or None if that cannot be known.

    Known ends: it is one of `known`; or it runs to the end of `text`; or the next sentence gives
    itself away: its first word opens sentences, or stands in lower case in `elsewhere` (the whole
    document), so that its capital is no name's.
    """
    rest = text[start:]
    for headline in sorted(known, key=len, reverse=True):
        if rest.startswith(headline):
            return start + len(headline)
    tokens = list(_TOKEN.finditer(text, start))
    prose = next((i for i, t in enumerate(tokens[: _LONGEST + 1]) if not _small(t.group())), None)
    if prose is None:
        return len(text) if 2 < len(tokens) <= _LONGEST and not rest.endswith(".") else None
    opening = _opening(tokens, prose, elsewhere)
    if opening is None or opening < 3:
        return None
    return tokens[opening - 1].end()


def _opening(tokens: list[re.Match[str]], prose: int, elsewhere: str) -> int | None:
    """The token that begins the sentence whose first plain lower-case word is token `prose`."""
    last = prose - 1
    while last > 0 and (tokens[last].group()[0].islower() or tokens[last].group()[0].isdigit()):
        last -= 1
    for i in range(last, max(last - 7, 0), -1):
        if _bare(tokens[i].group()).lower() in OPENERS and tokens[i].group()[0].isupper():
            return i
        if tokens[i - 1].group()[-1] in "?!" and i < last:
            break
    word = _bare(tokens[last].group())
    if tokens[last - 1].group()[-1:] in "?!":
        return last
    if word.istitle() and f" {word.lower()} " in elsewhere:
        return last
    return None
