"""Draw technology texts of ../shared to label for mentions: `--seed 7 --texts 30 [--of text]`.

A label is made by reading what `--show` prints, before a look at what is found. Of ../shared/many
only texts whose hash begins with 0 to 3 are drawn: rules are written from the others. Without
`--show`, the hashes alone are printed. held_out.json has the labels of all 45 texts of the draw
`--seed 2120 --texts 60` and all 5 of `--seed 2121 --texts 20 --of text`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random

from crawler.extraction.topics import THRESHOLD, classify
from tests.extraction.mentions.test_judged import RECALL, key
from tests.shared import SHARED

CHARACTERS = 1_300  # of a text that are labelled


def drawn(seed: int, texts: int, folder: str = "many") -> list[str]:
    """Return the texts of a draw: the same seed gives the same texts."""
    if folder == "many":
        with gzip.open(SHARED / "many/texts.jsonl.gz", "rt", encoding="utf-8") as lines:
            everything = {json.loads(line)["text"] for line in lines}
        everything = {text for text in everything if key(text)[0] in "0123"}
    else:
        everything = {path.read_text("utf-8") for path in (SHARED / folder).glob("*.txt")}
    pool = [text for text in sorted(everything, key=key) if key(text) not in RECALL]
    technology = []
    for text in pool:
        title, _, rest = text.partition("\n")
        if classify(title, [], None, rest[:600]).score >= THRESHOLD:
            technology.append(text)
    random.Random(seed).shuffle(technology)
    return technology[:texts]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--texts", type=int, default=30)
    parser.add_argument("--of", choices=("many", "text"), default="many")
    parser.add_argument("--show", action="store_true", help="print what is to be labelled")
    asked = parser.parse_args()
    for text in drawn(asked.seed, asked.texts, asked.of):
        print(key(text), *([text[:CHARACTERS], ""] if asked.show else []), sep="\n")
