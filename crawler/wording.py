"""The words of tables, in Indonesian or English as LANG says."""

from __future__ import annotations

import locale
import os

_INDONESIAN = {
    "also": "lainnya",
    "article": "artikel",
    "articles": "artikel",
    "blocked": "diblokir",
    "day": "hari",
    "days": "hari",
    "dropped": "dibuang",
    "failed": "gagal",
    "failed lists": "daftar gagal",
    "fetched": "diambil",
    "field": "kolom",
    "files": "berkas",
    "gone": "ditarik",
    "listed": "terdaftar",
    "missing": "kurang",
    "now": "sekarang",
    "otherwise": "selebihnya",
    "outlet": "media",
    "partition": "bagian",
    "past": "masa lalu",
    "published": "terbit",
    "publisher": "penerbit",
    "rejected": "ditolak",
    "resumed": "lanjutan",
    "revised": "direvisi",
    "rows": "baris",
    "rule": "aturan",
    "seconds": "detik",
    "skipped": "dilewati",
    "sources": "sumber",
    "stored": "disimpan",
    "title": "judul",
    "then": "nanti",
    "total": "jumlah",
    "unchanged": "tetap",
    "value": "nilai",
    "why": "sebab",
}


def language() -> str:
    """Return the language that the environment asks for: id or en."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "id" if locale.normalize(said).lower().startswith("id") else "en"


def word(english: str) -> str:
    """Return the heading of a column in the reader's language."""
    return _INDONESIAN.get(english, english) if language() == "id" else english


def number(value: float) -> str:
    """Return `value` in groups of three digits, with at most one digit after the decimal mark."""
    said = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return said.translate(str.maketrans(",.", ".,")) if language() == "id" else said


def size(count: int) -> str:
    """Return `count` bytes in KB or MB."""
    return f"{number(count / 1e6)} MB" if count >= 1e6 else f"{number(-(-count // 1000))} KB"
