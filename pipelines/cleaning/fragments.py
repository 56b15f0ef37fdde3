"""A body in fragments, each kept or taken by a rule: in order, the whole body."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.headlines import Headlines
from crawler.extraction.indonesian.patterns import DASHES
from crawler.extraction.indonesian.sentences import SENTENCE_ENDS
from crawler.items import Anchor, Block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pipelines.cleaning.rules import Rulebook

PROMO = "promo"  # last part of the ids of rules whose links are kept in `related`
GAP = f" \u00a0,;|•·:{DASHES}"  # characters between the links of a promo
BULLET = re.compile(rf"(?:[{DASHES}•·●▪■◦*>»]|\d{{1,2}}[.)])?\s*")
_LONGEST_NOTICE = 330
_SEARCHED = 100_000  # characters of a document in which the words of a promo are counted
_FEW_HINTS = 40  # hints; one by one, so many are found as fast as by the automaton
_LABELS = 200  # labels of a document that are looked at; the most in a real document is ten
_OURS = re.compile(
    r"\b(?:[Kk]anal|[Ss]aluran|[Cc]hannel|[Gg]rup|[Aa]kun|[Mm]edia sosial|[Aa]plikasi|[Bb]erita|"
    r"[Aa]rtikel|[Kk]omunitas|[Nn]ewsletter|[Bb]uletin|[Pp]ortal|[Tt]ulisan|[Ll]aman|[Ss]itus|[Rr]edaksi|[Pp]odcast|[Kk]abar|"
    r"[Ll]iputan|[Ff]orum|[Pp]olling|[Kk]uis|[Ss]urvei|[Ii]kuti|[Dd]ukung|[Ff]ollow|"
    r"[Kk]irim(?:kan)?(?: ke(?:pada)?)?) kami\b"
)


@dataclass(slots=True)
class Fragment:
    """A part of the text of block number `block`, kept while `rule` is empty.

    `settled`: every rule that reads a fragment by itself has been tried.
    """

    block: int
    start: int
    text: str
    rule: str = ""
    settled: bool = field(default=False, compare=False)

    def cut(self, spans: Sequence[tuple[int, int, str]]) -> list[Fragment]:
        """Return the fragment in parts: each span (start, end, rule) is taken by the rule."""
        parts: list[Fragment] = []
        last = 0
        for start, end, rule in spans:
            parts += [self._part(last, start, ""), self._part(start, end, rule)]
            last = end
        parts.append(self._part(last, len(self.text), ""))
        return [part for part in parts if part.text]

    def _part(self, start: int, end: int, rule: str) -> Fragment:
        raw = self.text[start:end]
        text = raw.lstrip()
        return Fragment(self.block, self.start + start + len(raw) - len(text), text.rstrip(), rule)


@dataclass(slots=True)
class Cleaned:
    """The result of cleaning a body."""

    fragments: list[Fragment]
    dateline: str | None = None
    signoff: str | None = None
    bylines: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    doubtful: list[Fragment] = field(default_factory=list)
    """Promos with an unknown end: their text is kept."""

    @property
    def paragraphs(self) -> list[str]:
        """Return the kept text by paragraph."""
        return [" ".join([part.text for part in parts]) for parts in self.joined()]

    def joined(self) -> list[list[Fragment]]:
        """Return the kept fragments by paragraph: parts of a sentence around a taken fragment are
        in one."""
        paragraphs: list[list[Fragment]] = []
        for fragment in self.fragments:
            if fragment.rule or not fragment.text:
                continue
            before = paragraphs[-1][-1] if paragraphs else None
            goes_on = before and before.block == fragment.block
            if before and goes_on and not _begins(before.text, fragment.text):
                paragraphs[-1].append(fragment)
            else:
                paragraphs.append([fragment])
        return paragraphs


class Body:
    """A body while it is cleaned: blocks, the rules that can match, and the result `out`."""

    def __init__(
        self,
        blocks: Sequence[Block],
        outlet: str,
        authors: Sequence[str],
        book: Rulebook,
        house: str = "",
    ) -> None:
        self.blocks = blocks
        self.authors = {author.lower() for author in authors}
        self.out = Cleaned([Fragment(i, 0, block.text) for i, block in enumerate(blocks)])
        self.document = _searched(block.text for block in blocks)
        self._lower = [block.text.lower() for block in blocks]
        self.rules = book.active(self._lower, outlet)
        self._book = book
        rules = chain.from_iterable(self.rules.values())
        self._hinted = set(chain.from_iterable(rule.hint for rule in rules))
        self._hints: dict[int, set[str]] = {}  # of the text of a block, by its number
        self.labels = self.rules["label"]
        self.promised = Headlines()  # of promos that were taken
        self.labels_left = _LABELS
        self.top: list[str] = []  # the first kept texts, in which datelines were looked for
        self._outlets = [rule for rule in self.rules["dateline"] if "city" not in rule.id]
        self._dateline_ends: dict[str, int] = {}
        self._doubts: set[tuple[int, int]] = set()
        self.linked = any(block.anchors for block in blocks)
        self._house = house.replace("-", "")
        self._ends: dict[int, list[int]] = {}  # of the links of a block, by its number

    def kept(self) -> list[Fragment]:
        return [f for f in self.out.fragments if not f.rule and f.text]

    @property
    def taken(self) -> int:
        """Return the number of fragments that rules have taken."""
        return sum(1 for fragment in self.out.fragments if fragment.rule)

    def judge_by_what_is_kept(self) -> None:
        """Take the ends of promos from the kept text alone from now on, and unsettle all of it."""
        kept = self.kept()
        self.document = _searched(fragment.text for fragment in kept)
        self.headlines = Headlines(fragment.text for fragment in kept)
        self.out.doubtful = []
        self._doubts.clear()
        for fragment in kept:
            fragment.settled = False

    def rewrite(self, change: Callable[[Fragment], list[Fragment]]) -> None:
        """Replace each kept fragment that is not settled by the result of `change`."""
        fragments: list[Fragment] = []
        for fragment in self.out.fragments:
            if fragment.rule or fragment.settled or not fragment.text:
                fragments.append(fragment)
            else:
                fragments.extend(change(fragment))
        self.out.fragments = fragments

    def block_of(self, parts: Sequence[Fragment]) -> Block:
        """Return the paragraph that `parts` make, with their links, as a block."""
        anchors = []
        length = 0
        for part in parts:
            for anchor in self.anchors(part):
                start, end = length + anchor.start, length + anchor.end
                anchors.append(Anchor(anchor.text, anchor.url, start, end))
            length += len(part.text) + 1
        text = " ".join([part.text for part in parts])
        return Block(self.blocks[parts[0].block].kind, text, anchors)

    def take_as(self, cleaned: Cleaned, paragraphs: Sequence[Sequence[Fragment]]) -> None:
        """Take all that was taken of `paragraphs` when they were `cleaned` as blocks."""
        cuts: defaultdict[tuple[int, int], list[tuple[int, int, str]]] = defaultdict(list)
        starts = [
            list(accumulate([len(part.text) + 1 for part in parts], initial=0))
            for parts in paragraphs
        ]
        for taken in (fragment for fragment in cleaned.fragments if fragment.rule):
            parts, begins = paragraphs[taken.block], starts[taken.block]
            end = taken.start + len(taken.text)
            for i in range(bisect_right(begins, taken.start) - 1, bisect_left(begins, end)):
                span = max(taken.start - begins[i], 0), min(end - begins[i], len(parts[i].text))
                cuts[parts[i].block, parts[i].start].append((*span, taken.rule))
        self.out.fragments = [
            part
            for fragment in self.out.fragments
            for part in _cut(fragment, cuts.get((fragment.block, fragment.start)))
        ]
        self.out.dateline = self.out.dateline or cleaned.dateline
        self.out.signoff = self.out.signoff or cleaned.signoff
        self.out.bylines += cleaned.bylines
        self.out.captions += cleaned.captions

    def lower(self, fragment: Fragment) -> str:
        """Return the text of `fragment` in lower case."""
        whole = len(fragment.text) == len(self.blocks[fragment.block].text)
        return self._lower[fragment.block] if whole else fragment.text.lower()

    def hints(self, fragment: Fragment) -> set[str]:
        """Return the hints of rules that are in the block of `fragment`."""
        found = self._hints.get(fragment.block)
        if found is None:
            lower = self._lower[fragment.block]
            if len(self._hinted) <= _FEW_HINTS:
                found = set(filter(lower.__contains__, self._hinted))
            else:
                found = self._book.hints_in(lower)
            self._hints[fragment.block] = found
        return found

    def take(self, fragment: Fragment, start: int, end: int, rule: str) -> None:
        """Take the part of `fragment` from `start` to `end` by `rule`."""
        if (start, end) == (0, len(fragment.text)):
            fragment.rule = rule
            return
        at = next(i for i, f in enumerate(self.out.fragments) if f is fragment)
        self.out.fragments[at : at + 1] = fragment.cut([(start, end, rule)])

    def names_house(self, text: str) -> bool:
        """Return True if `text` is short and names the outlet itself."""
        if len(text) > _LONGEST_NOTICE:
            return False
        if " kami" in text and _OURS.search(text):
            return True
        together = text.lower().replace(" ", "").replace("-", "").replace(".", "")
        printed = self._house and self._house in together and _house_pattern(self._house)
        return bool(printed and printed.search(text))

    def dateline_end(self, text: str) -> int:
        """Return the end of the outlet's dateline at the beginning of `text`, 0 without any."""
        end = self._dateline_ends.get(text)
        if end is None:
            end = 0
            for rule in self._outlets:
                if match := rule.pattern.match(text):
                    end = match.end()
                    break
            self._dateline_ends[text] = end
        return end

    def doubt(self, promo: Fragment) -> None:
        """Record a promo with an unknown end, once."""
        if (promo.block, promo.start) not in self._doubts:
            self._doubts.add((promo.block, promo.start))
            self.out.doubtful.append(promo)

    def anchors(self, fragment: Fragment, behind: int = 0) -> Iterator[Anchor]:
        """Yield the links of `fragment`, with positions from the fragment's start.

        :param behind: a position; links that end before it are left out
        """
        anchors = self.blocks[fragment.block].anchors
        if not anchors:
            return
        first, last = fragment.start, fragment.start + len(fragment.text)
        if fragment.block not in self._ends:
            self._ends[fragment.block] = [a.end for a in anchors]
        ends = self._ends[fragment.block]
        for i in range(bisect_right(ends, first + behind), len(anchors)):
            a = anchors[i]
            if a.start >= last:
                return
            if a.end > a.start:
                yield Anchor(a.text, a.url, max(a.start, first) - first, min(a.end, last) - first)

    def is_link(self, fragment: Fragment) -> bool:
        """Return True if `fragment` consists of links, with at most a bullet before them."""
        at = None
        for anchor in self.anchors(fragment):
            if at is None:
                bullet = BULLET.match(fragment.text) if anchor.start > 0 else None
                at = bullet.end() if bullet else 0
            if fragment.text[at : anchor.start].strip(GAP):
                return False
            at = max(at, anchor.end)
        return at is not None and not fragment.text[at:].strip(GAP)

    @cached_property
    def headlines(self) -> Headlines:
        """Return the lines and links that look like headlines."""
        links = (anchor.text for block in self.blocks for anchor in block.anchors)
        return Headlines(chain((block.text for block in self.blocks), links))


@lru_cache(maxsize=256)
def _house_pattern(house: str) -> re.Pattern[str]:
    """Match a printed name: "IDN Times" for "idntimes", but not the word "idn times"."""
    own = "[ .-]?".join(map(re.escape, house))
    return re.compile(rf"(?<!\w)(?=[A-Z])(?i:{own})(?!\w)|(?<!\w){own}\.(?:com|co|id)\b")


def _cut(fragment: Fragment, spans: Sequence[tuple[int, int, str]] | None) -> Sequence[Fragment]:
    return fragment.cut(spans) if spans and fragment.text and not fragment.rule else [fragment]


def _searched(texts: Iterable[str]) -> str:
    """Return the first of `texts`, as lines."""
    room = _SEARCHED
    lines = []
    for text in texts:
        if room <= 0:
            break
        lines.append(text[:room])
        room -= len(text) + 1
    return "\n".join(lines)


def starts_sentence(text: str, at: int) -> bool:
    """Return True if position `at` is not in the middle of a sentence."""
    before = text[max(0, at - 3) : at].rstrip(" \u00a0")
    return not before or before[-1] in SENTENCE_ENDS + "]»•"


def _begins(before: str, after: str) -> bool:
    return before[-1] in SENTENCE_ENDS and (after[0].isupper() or after[0] in "\"“‘'")
