"""Our instructions as a share of trafilatura's, on pages that come with the checkout.

`make trials` fails where the share is more than 5 % above the one in ratio.json. After a change
that is meant to cost, or with another trafilatura, `python -m benchmarks.ratio --record` writes the
share of this Python into the file.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks import instructions
from benchmarks.tools import OURS, PEER, Sample
from crawler.newsroom.world import World

RECORDED = Path(__file__).with_name("ratio.json")
FIXTURES = Path(__file__).resolve().parents[1] / "tests/fixtures"
HEAVY = ("detikinet", "kompastekno", "kontan", "mediaindonesia")
"""Outlets of the newsroom whose pages weigh 100 KB and more, for the saved ones are small."""
NOW = datetime(2023, 10, 2, 3, tzinfo=UTC)


class Share(NamedTuple):
    """Instructions a page, ours and the peer's, and the build that spent them."""

    ours: float
    peer: float
    build: str

    @property
    def share(self) -> float:
        return self.ours / self.peer


def build() -> str:
    """Return the versions with which a share may be compared."""
    python, _, optimised = instructions.python_build().partition(" with")
    return (
        f"{python.rpartition('.')[0]} with{optimised},"
        f" trafilatura {importlib.metadata.version('trafilatura')}"
    )


def samples() -> list[Sample]:
    """Return every saved page of the tests, and one page of real weight for each of `HEAVY`."""
    found = []
    for path in sorted(FIXTURES.glob("*/*.html")):
        url = json.loads(path.with_suffix(".json").read_text("utf-8"))["url"]
        found.append(sample(url, path.read_bytes()))
    for outlet in HEAVY:
        world = World(1, [outlet], now=NOW, recent=8, past=0, older=0)
        url = next(url for url in world.urls(outlet) if world.truth(url).kind == "article")
        address = urlsplit(url)
        found.append(sample(url, world.answer(address.netloc, address.path).body))
    return found


def sample(url: str, raw: bytes) -> Sample:
    return Sample(url, url, raw.decode("utf-8", "replace"), raw)


def measure() -> Share | None:
    """Return today's share, or None where neither perf nor valgrind counts."""
    pages = samples()
    ours, peer = (instructions.a_page(tool, pages) for tool in (OURS, PEER))
    return Share(ours, peer, build()) if ours and peer else None


def recorded() -> dict[str, float]:
    """Return the recorded shares by build."""
    shares: dict[str, float] = json.loads(RECORDED.read_text())
    return shares


def main() -> None:
    if (found := measure()) is None:
        print("neither perf nor valgrind counts instructions on this machine")
        return
    before = recorded().get(found.build)
    print(
        f"{found.ours / 1e6:.2f} million instructions a page, trafilatura {found.peer / 1e6:.2f}:"
        f" a share of {found.share:.4f}, recorded {before or 'none'} ({found.build})"
    )
    print(json.dumps({"share_of_trafilatura": round(found.share, 4), "recorded": before}))
    if "--record" in sys.argv:
        shares = recorded() | {found.build: round(found.share, 4)}
        RECORDED.write_text(json.dumps(shares, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
