"""Cleaning: which fragments of a body are the article, and which rule takes each of the others.

Pure functions on blocks. Nothing is rewritten: every block is cut into fragments, each kept or
taken by one rule, and the fragments in order are all there was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.extraction.blocks import Anchor, Block
from crawler.extraction.headlines import headline_end, looks_like_headline
from pipelines.rules import Rule, Rulebook, load_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What the page's markup already said of a block; extraction may have named a finer rule.
MARKUP = {kind: f"markup:{kind}" for kind in ("promo", "widget", "embed", "caption")}
PROMO = "promo"  # ends the rule ids whose links are kept in `related`

_BULLET = re.compile(r"(?:[•·●▪■◦*>»–—-]|\d{1,2}[.)])?\s*")
_SENTENCE_ENDS = ".!?…:\"”’'"
_GAP = " \u00a0,;|•·-–:"  # what may stand between the links of one promo
_BOUNDARY = re.compile(r"[.!?][\"”’']? +[A-Z\"“‘]")
_DOUBT = 120  # characters of a doubtful promo that are shown
_SIGNOFF = 60  # no sign-off is longer
_NEAR = 6  # kept fragments from the top or the end, among which a byline is looked for


@dataclass(slots=True)
class Fragment:
    """A stretch of block number `block`, kept while `rule` is empty."""

    block: int
    start: int
    text: str
    rule: str = ""

    def cut(self, start: int, end: int, rule: str) -> list[Fragment]:
        """This fragment in parts, with `text[start:end]` taken by `rule`."""
        parts = [(0, start, ""), (start, end, rule), (end, len(self.text), "")]
        return [part for part in (self._part(*p) for p in parts) if part.text]

    def _part(self, start: int, end: int, rule: str) -> Fragment:
        raw = self.text[start:end]
        text = raw.lstrip()
        return Fragment(self.block, self.start + start + len(raw) - len(text), text.rstrip(), rule)


@dataclass(slots=True)
class Cleaned:
    """What became of a body."""

    fragments: list[Fragment]
    dateline: str | None = None
    signoff: str | None = None
    bylines: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    doubtful: list[Fragment] = field(default_factory=list)
    """Promos whose end is not known: they stay, and are named here."""

    @property
    def paragraphs(self) -> list[str]:
        """The kept text. What stood around a fragment taken from mid-sentence is one paragraph."""
        paragraphs: list[str] = []
        block = -1
        for fragment in self.fragments:
            if fragment.rule or not fragment.text:
                continue
            if fragment.block == block and _goes_on(paragraphs[-1], fragment.text):
                paragraphs[-1] += f" {fragment.text}"
            else:
                paragraphs.append(fragment.text)
            block = fragment.block
        return paragraphs


def clean(
    blocks: Sequence[Block],
    outlet: str = "generic",
    authors: Sequence[str] = (),
    book: Rulebook | None = None,
) -> Cleaned:
    """Decide for every fragment of `blocks` whether it is the article.

    A last line that is one of `authors` is a sign-off.
    """
    return _Cleaning(blocks, outlet, authors, book or load_rules()).run()


def is_prose(text: str) -> bool:
    """Eight words or more that end as a sentence does; teasers that are broken off are none."""
    if text.count(" ") < 7 or text.endswith("..."):
        return False
    return text[-1] in ".\"”’')" or (text[-1] in "!?" and not looks_like_headline(text))


def _goes_on(before: str, after: str) -> bool:
    return before[-1] not in _SENTENCE_ENDS + ")" or not (after[0].isupper() or after[0] in "\"“‘'")


@lru_cache(maxsize=4096)
def _widget(marks: frozenset[str], widgets: tuple[Rule, ...]) -> str:
    """The rule that knows one of a block's classes and ids as not the article's."""
    return next((r.id for r in widgets for mark in marks if r.pattern.fullmatch(mark)), "")


class _Cleaning:
    """One body while it is cleaned. Each step looks only at what is still kept."""

    def __init__(
        self, blocks: Sequence[Block], outlet: str, authors: Sequence[str], book: Rulebook
    ) -> None:
        self.blocks = blocks
        self.authors = {author.lower() for author in authors}
        self.book = book
        self.out = Cleaned([Fragment(i, 0, block.text) for i, block in enumerate(blocks)])
        self.document = "\n".join([block.text for block in blocks])
        self.rules = book.active(self.document, outlet)
        self.rules["label"] = [r for r in self.rules["label"] if r.pattern.search(self.document)]
        self.linked = any(block.anchors for block in blocks)

    def run(self) -> Cleaned:
        self.take_markup()
        if self.rules["inline"]:
            self.rewrite(self.without_inline)
        if (
            not self.linked
        ):  # the lists behind the sign-off of a plain text have no links to tell them
            self.take_signoff()
        self.take_blocks()
        if self.rules["label"]:
            self.rewrite(self.without_promo)
            self.take_headlines_under_labels()
        self.take_bare_links()
        self.take_tails()
        self.take_signoff()
        self.take_dateline()
        return self.out

    # What the steps share.

    def kept(self) -> list[Fragment]:
        return [f for f in self.out.fragments if not f.rule and f.text]

    def rewrite(self, change: Callable[[Fragment], list[Fragment]]) -> None:
        """Put what `change` makes of each kept fragment in its place."""
        fragments: list[Fragment] = []
        for fragment in self.out.fragments:
            fragments.extend([fragment] if fragment.rule or not fragment.text else change(fragment))
        self.out.fragments = fragments

    def replace(self, fragment: Fragment, parts: list[Fragment]) -> None:
        at = next(i for i, f in enumerate(self.out.fragments) if f is fragment)
        self.out.fragments[at : at + 1] = parts

    def anchors(self, fragment: Fragment) -> list[Anchor]:
        """The links inside `fragment`, counted from its own start."""
        first, last = fragment.start, fragment.start + len(fragment.text)
        return [
            Anchor(a.text, a.url, max(a.start, first) - first, min(a.end, last) - first)
            for a in self.blocks[fragment.block].anchors
            if a.end > first and a.start < last and a.end > a.start
        ]

    def is_link(self, fragment: Fragment) -> bool:
        """Whether nothing but links, and a bullet before them, stands in `fragment`."""
        at = 0
        bullet = _BULLET.match(fragment.text)
        anchors = self.anchors(fragment)
        if anchors and bullet and anchors[0].start > 0:
            at = bullet.end()
        for anchor in anchors:
            if fragment.text[at : anchor.start].strip(_GAP):
                return False
            at = max(at, anchor.end)
        return bool(anchors) and not fragment.text[at:].strip(_GAP)

    # The steps, in their order.

    def take_markup(self) -> None:
        widgets = self.book.of_kind("widget")
        for fragment, block in zip(self.out.fragments, self.blocks, strict=True):
            fragment.rule = block.rule or MARKUP.get(block.kind, "")
            if not fragment.rule and block.marks:
                fragment.rule = _widget(block.marks, widgets)
            if block.kind == "caption" and block.text:
                self.out.captions.append(block.text)

    def without_inline(self, fragment: Fragment) -> list[Fragment]:
        lower = fragment.text.lower()
        for rule in self.rules["inline"]:
            if not rule.stands_in(lower):
                continue
            match = rule.pattern.search(fragment.text)
            if match and match.group().strip():
                before, *after = fragment.cut(match.start(), match.end(), rule.id)
                return [p for part in (before, *after) for p in self._again(part)]
        return [fragment]

    def _again(self, part: Fragment) -> list[Fragment]:
        return [part] if part.rule else self.without_inline(part)

    def take_blocks(self) -> None:
        kept = self.kept()
        for i, fragment in enumerate(kept):
            for rule in self.rules["block"] + self.rules["caption"]:
                if rule.pattern.fullmatch(fragment.text):
                    fragment.rule = rule.id
                    if rule.kind == "caption":
                        self.out.captions.append(fragment.text)
                    break
            if not fragment.rule and (i < _NEAR or i >= len(kept) - _NEAR):
                self.take_byline(fragment)

    def take_byline(self, fragment: Fragment) -> None:
        for rule in self.rules["byline"]:
            if rule.pattern.fullmatch(fragment.text):
                fragment.rule = rule.id
                self.out.bylines.append(fragment.text)
                return

    def without_promo(self, fragment: Fragment) -> list[Fragment]:
        lower = fragment.text.lower()
        for rule in self.rules["label"]:
            if not rule.stands_in(lower):
                continue
            for match in rule.pattern.finditer(fragment.text):
                if not _starts_sentence(fragment.text, match.start()):
                    continue
                end = self.promo_end(fragment, match, rule)
                if end is None:
                    continue
                return [
                    p
                    for part in fragment.cut(match.start(), end, f"{rule.id}:{PROMO}")
                    for p in ([part] if part.rule else self.without_promo(part))
                ]
        return [fragment]

    def promo_end(self, fragment: Fragment, label: re.Match[str], rule: Rule) -> int | None:
        """Where the promo that begins with `label` ends; None: it is prose, or nobody knows."""
        text, at = fragment.text, label.end()
        marked = label.group().rstrip()[-1] in ":：|–—-"
        linked = self.links_end(fragment, label)
        if linked is not None:
            rest = text[linked:].strip(_GAP)
            if rest and (
                rest[0].islower() or not (marked or looks_like_headline(text[at:linked].strip()))
            ):
                return None
            return linked if rest else len(text)
        rest = text[at:].strip()
        if not rest:
            return len(text)
        if not marked:
            glued = text[at].isupper()  # a label that lost its headline: "katanya.Baca JugaMenteri"
            return at if glued else None
        if label.start() == 0 and _is_one_headline(rest):
            return len(text)
        end = headline_end(text, at, self.document, self.headlines())
        if end is None:
            doubt = f"{label.group()} {rest[:_DOUBT]}"
            self.out.doubtful.append(
                Fragment(
                    fragment.block, fragment.start + label.start(), doubt, f"doubtful:{rule.id}"
                )
            )
        return end

    def links_end(self, fragment: Fragment, label: re.Match[str]) -> int | None:
        """The end of the links that stand directly behind `label`, or that it is part of."""
        end = None
        for anchor in self.anchors(fragment):
            if anchor.end <= label.end():
                continue
            if fragment.text[end or label.end() : anchor.start].strip(_GAP):
                break
            end = anchor.end
        return end

    def headlines(self) -> list[str]:
        """What stands as a headline anywhere in the document."""
        texts = [block.text for block in self.blocks if len(block.text) < 200]
        texts += [anchor.text for block in self.blocks for anchor in block.anchors]
        return [text for text in texts if looks_like_headline(text)]

    def take_headlines_under_labels(self) -> None:
        """Links below a label that stands alone; where no link survived, lines like headlines."""
        under = ""
        for fragment in self.out.fragments:
            if fragment.rule.endswith(PROMO):
                label = next(
                    (r for r in self.rules["label"] if r.pattern.fullmatch(fragment.text)), None
                )
                under = fragment.rule if label or under == fragment.rule else ""
            elif fragment.rule or not fragment.text:
                continue
            elif under and (
                self.is_link(fragment) or (not self.linked and looks_like_headline(fragment.text))
            ):
                fragment.rule = under
            else:
                under = ""

    def take_bare_links(self) -> None:
        """Headlines that are nothing but links: one alone, or a list that nothing announces."""
        if not self.linked:
            return
        run: list[Fragment] = []
        before = ""
        for fragment in [*self.kept(), None]:
            if (
                fragment
                and fragment.text.count(" ") >= 3
                and fragment.text[-1] != "."
                and self.is_link(fragment)
            ):
                run.append(fragment)
                continue
            if (
                run
                and not before.endswith(":")
                and (len(run) > 1 or _is_bare_headline(run[0].text))
            ):
                for link in run:
                    link.rule = f"bare-links:{PROMO}"
            run = []
            before = fragment.text if fragment else ""

    def take_tails(self) -> None:
        if not self.rules["tail"]:
            return
        kept = self.kept()
        for i, fragment in enumerate(kept):
            rule = next((r for r in self.rules["tail"] if r.pattern.match(fragment.text)), None)
            if not rule or fragment.rule or not i:
                continue
            fragment.rule = rule.id
            after = kept[i + 1 :]
            goes_on = sum(is_prose(f.text) for f in after) > 1
            for follower in after:
                if goes_on and is_prose(follower.text):
                    break
                follower.rule = follower.rule or rule.id

    def take_signoff(self) -> None:
        """Sign-offs that stand alone anywhere, then the one that the last words are."""
        for fragment in self.kept():
            if fragment.text[0] in "([" and len(fragment.text) <= _SIGNOFF:
                self.take_signoff_of(fragment, [], ends=False)
        for _ in range(3):  # "(Antara) (E-2)" are two
            if not self.take_last_signoff():
                break

    def take_last_signoff(self) -> bool:
        """The sign-off behind which there is no prose, with the leftovers that follow it."""
        after: list[Fragment] = []
        for fragment in reversed(self.kept()):
            if not after and fragment.text.lower() in self.authors:
                self.out.signoff = self.out.signoff or fragment.text
                fragment.rule = "signoff-author"
                return True
            if self.take_signoff_of(fragment, after, ends=True):
                return True
            if is_prose(fragment.text):
                break
            after.append(fragment)
        return False

    def take_signoff_of(self, fragment: Fragment, after: list[Fragment], *, ends: bool) -> bool:
        text = fragment.text
        for rule in self.rules["signoff"]:
            match = rule.pattern.search(text, max(0, len(text) - _SIGNOFF))
            whole = match and match.start() == 0
            if not match or (whole and rule.id == "signoff-name" and (after or not ends)):
                continue
            self.out.signoff = self.out.signoff or match["signoff"]
            self.replace(fragment, fragment.cut(match.start("signoff"), len(text), rule.id))
            for leftover in after:
                if not self.is_promo_line(leftover.text):
                    leftover.rule = "after-signoff"
            return True
        return False

    def is_promo_line(self, text: str) -> bool:
        """Whether `text` is a label and a headline behind it."""
        labels = (rule.pattern.match(text) for rule in self.rules["label"])
        return any(label and label.end() < len(text) for label in labels)

    def take_dateline(self) -> None:
        for fragment in self.kept()[:1]:
            for rule in self.rules["dateline"]:
                match = rule.pattern.match(fragment.text)
                if match and match.end() < len(fragment.text):
                    self.out.dateline = match["dateline"].rstrip()
                    self.replace(fragment, fragment.cut(0, match.end(), rule.id))
                    return


def _starts_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \u00a0")
    return not before or before[-1] in _SENTENCE_ENDS + ")]»•"


def _is_one_headline(text: str) -> bool:
    """Whether all of `text`, which follows a label and a colon, is one headline."""
    if looks_like_headline(text):
        return True
    words = text.split()
    if len(words) > 25 or _BOUNDARY.search(text):
        return False
    # One sentence behind the label: a headline in sentence case, or a headline and then prose?
    return text[-1] not in '.”"' or not all(w[0].isupper() for w in words[:3])


def _is_bare_headline(text: str) -> bool:
    return text.count(" ") >= 4 and looks_like_headline(_BULLET.sub("", text, count=1))
