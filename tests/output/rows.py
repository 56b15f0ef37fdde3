"""Rows of made-up articles, for tests of the dataset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from output.schema import Row, content_hash

NOON = datetime(2023, 9, 1, 5, 0, tzinfo=UTC)  # 12:00 WIB


def article(number: int = 1, *, outlet: str = "kontan", **changes: Any) -> Row:
    """Return a capture `number` minutes after noon; `changes` replace columns."""
    paragraphs = [
        f"Perusahaan rintisan ke-{number} meluncurkan gawai baru di Bandung.",
        "Harganya belum diumumkan.",
    ]
    row = {
        "article_id": f"{outlet}:{number}",
        "url": f"https://{outlet}.example/news/{number}",
        "title": f"Gawai ke-{number} meluncur",
        "body": "\n\n".join(paragraphs),
        "paragraphs": paragraphs,
        "authors": ["Siti Rahma"],
        "images": [{"url": "https://gambar.example/1.jpg", "caption": "Ilustrasi", "credit": None}],
        "related": [],
        "removed": [{"rule": "baca_juga", "text": "Baca juga: Gawai lama"}],
        "published_at": NOON + timedelta(minutes=number),
        "fetched_at": NOON + timedelta(hours=1, minutes=number),
        "run_id": "run-1",
        "extractor_version": "2026.11.22",
    } | changes
    kinds = ["paragraph"] * len(row["paragraphs"] or ())
    return {"content_hash": content_hash(row["title"], row["body"]), "kinds": kinds} | row


def reject(number: int = 1) -> Row:
    return {
        "url": f"https://kontan.example/foto/{number}",
        "reason": "gallery",
        "fetched_at": NOON,
        "run_id": "run-1",
    }
