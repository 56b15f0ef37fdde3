"""Read tests/corpus, whose README explains the form of a case."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from crawler.items import Anchor, Block
from tests.places import CHECKOUT

CORPUS = CHECKOUT / "tests" / "corpus"
BEFORE = "Perusahaan itu memasang dua ratus menara di sepanjang pantai utara sejak awal tahun."
AFTER = "Pekerjaan itu akan rampung sebelum musim hujan tiba, kata kepala proyek dalam jumpa pers."
PLACES = {
    "middle": ([BEFORE], [AFTER]),
    "first": ([], [AFTER]),
    "last": ([BEFORE], []),
    "whole": ([], []),
}
_PREFIX = re.compile(r"<(?:(?P<kind>h2|li|b)|p \.(?P<mark>[\w-]+))>")
_KINDS = {"h2": "heading", "li": "list_item"}
_LINK = re.compile(r"<a>(.*?)</a>")


@dataclass(frozen=True)
class Case:
    """Blocks, and their text that must be kept or taken, in order."""

    name: str
    outlet: str
    blocks: tuple[Block, ...]
    kept: str
    taken: str


def read() -> list[Case]:
    """Return all cases of all files."""
    cases = []
    for path in sorted(CORPUS.glob("*.toml")):
        for group in tomllib.loads(path.read_text("utf-8"))["group"]:
            for fate in ("keep", "drop", "mixed"):
                cases += [_case(path.stem, group, fate, text) for text in group.get(fate, ())]
    return cases


def squeeze(text: str) -> str:
    """Return `text` without blanks, so that only the letters count."""
    return "".join(text.split())


def _case(family: str, group: dict[str, str], fate: str, text: str) -> Case:
    before, after = PLACES[group.get("place", "middle")]
    lines = [*before, *text.split("\n"), *after]
    taken = "".join(re.findall(r"~~(.*?)~~", text)) if fate == "mixed" else text * (fate == "drop")
    kept = "".join([*before, re.sub(r"~~.*?~~", "", text) * (fate != "drop"), *after])
    return Case(
        name=f"{family}: {fate} {text[:70]!r}",
        outlet=group.get("outlet", "generic"),
        blocks=tuple(_block(line.replace("~~", "")) for line in lines),
        kept=squeeze(_plain(kept)),
        taken=squeeze(_plain(taken)),
    )


def _plain(text: str) -> str:
    return re.sub(r"</?a>", "", _PREFIX.sub("", text))


def _block(line: str) -> Block:
    prefix = _PREFIX.match(line)
    kind = (prefix and prefix["kind"]) or ""
    line = _PREFIX.sub("", line, count=1)
    text, anchors, last = "", [], 0
    for number, link in enumerate(_LINK.finditer(line)):
        text += line[last : link.start()]
        url = f"https://contoh.id/{squeeze(link[1]).lower()}-{number}"
        anchors.append(Anchor(link[1], url, len(text), len(text) + len(link[1])))
        text += link[1]
        last = link.end()
    return Block(
        kind=_KINDS.get(kind, "paragraph"),  # type: ignore[arg-type]
        text=text + line[last:],
        anchors=anchors,
        marks=frozenset({prefix["mark"]} if prefix and prefix["mark"] else ()),
        bold=kind in ("b", "h2"),
    )
