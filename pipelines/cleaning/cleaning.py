"""Cleaning: which fragments of a body are the article, and which rule takes each of the others.

Pure functions on blocks. Each step looks only at what the steps before it kept.
"""

from __future__ import annotations

import operator
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.sentences import is_sentence
from pipelines.cleaning.fragments import PROMO, Body, Cleaned, Fragment
from pipelines.cleaning.promos import (
    is_promo_line,
    take_bare_links,
    take_links_of_the_page,
    take_promos,
)
from pipelines.cleaning.rules import Rule, Rulebook, load_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.items import Block

# What the page's markup already said of a block; extraction may have named a finer rule.
_MARKUP = {kind: f"markup:{kind}" for kind in ("promo", "widget", "embed", "caption")}
_SIGNOFF = 60  # characters; no sign-off is longer
_ABOVE = 400  # characters of a standfirst above the dateline
_NEAR = 6  # kept fragments from the top or the end, among which a byline is looked for
_NAMED = re.compile(r"\(([A-Z][^()]{3,40})\)$")
_ROUNDS = 4  # what a step uncovers goes in the next round; real pages need two


def clean(
    blocks: Sequence[Block],
    outlet: str = "generic",
    authors: Sequence[str] = (),
    book: Rulebook | None = None,
    *,
    house: str = "",
) -> Cleaned:
    """Decide for every fragment of `blocks` whether it is the article.

    A last line that is one of `authors` is a sign-off.

    :param house: what the outlet calls itself in its address, "idntimes"
    """
    book = book or load_rules()
    body = Body(blocks, outlet, authors, book, house)
    _take_markup(body, book)
    _take_all_by_words(body)
    for _ in range(_ROUNDS):  # cleaning what is kept again must find nothing
        if not body.out.doubtful:
            break
        taken = body.taken
        body.judge_by_what_is_kept()
        _take_all_by_words(body)
        if body.taken == taken:
            break
    return body.out


def _take_all_by_words(body: Body) -> None:
    for _ in range(_ROUNDS):
        taken = body.taken
        _take_by_words(body)
        if body.taken == taken:
            break


def _take_by_words(body: Body) -> None:
    """One round of all rules; what it uncovers has still to meet the steps before."""
    looked_at = list(body.out.fragments)
    if body.rules["inline"]:
        body.rewrite(lambda fragment: _without_inline(body, fragment))
    if (
        not body.linked
    ):  # behind the sign-off of a plain text stand lists that have no links to tell
        _take_signoff(body)
    _take_blocks(body)
    take_promos(body)
    if body.linked:
        take_links_of_the_page(body)
        take_bare_links(body)
    _take_tail(body)
    _take_signoff(body)
    _take_dateline(body)
    for fragment in looked_at:
        fragment.settled = True


@lru_cache(maxsize=4096)
def _widget(marks: frozenset[str], widgets: tuple[Rule, ...]) -> str:
    """The rule that knows one of a block's classes and ids as not the article's."""
    return next((r.id for r in widgets for mark in marks if r.pattern.fullmatch(mark)), "")


def _take_markup(body: Body, book: Rulebook) -> None:
    widgets = book.of_kind("widget")
    for fragment, block in zip(body.out.fragments, body.blocks, strict=True):
        fragment.rule = block.rule or _MARKUP.get(block.kind, "")
        if not fragment.rule and block.marks:
            fragment.rule = _widget(block.marks, widgets)
        if block.kind == "caption" and block.text:
            body.out.captions.append(block.text)


def _without_inline(body: Body, fragment: Fragment) -> list[Fragment]:
    parts = [fragment]
    for rule in body.rules["inline"]:
        if rule.stands_in(body.lower[fragment.block]):
            parts = [part for whole in parts for part in _without(whole, rule)]
    return parts


def _without(fragment: Fragment, rule: Rule) -> list[Fragment]:
    matches = () if fragment.rule else rule.pattern.finditer(fragment.text)
    spans = [(*match.span(), rule.id) for match in matches if match.group().strip()]
    return fragment.cut(spans) if spans else [fragment]


def _take_blocks(body: Body) -> None:
    """Whole fragments: widgets in words, captions, and near both ends the lines of people."""
    kept = body.kept()
    anywhere = body.rules["block"] + body.rules["notice"] + body.rules["caption"]
    for i, fragment in enumerate(kept):
        near = i < _NEAR or i >= len(kept) - _NEAR
        rules = [] if fragment.settled else anywhere
        for rule in rules + body.rules["byline"] if near else rules:
            if rule.kind == "notice" and not body.names_house(fragment.text):
                continue
            if not rule.pattern.fullmatch(fragment.text):
                continue
            fragment.rule = rule.id
            if rule.kind == "caption":
                body.out.captions.append(fragment.text)
            elif rule.kind == "byline":
                body.out.bylines.append(fragment.text)
            break


def _take_tail(body: Body) -> None:
    """What stands from a tail's first line on; if prose follows, only up to there."""
    if not body.rules["tail"]:
        return
    kept = body.kept()
    for i, fragment in enumerate(kept):
        if fragment.settled or fragment.rule or not i:
            continue
        rule = next((r for r in body.rules["tail"] if r.pattern.match(fragment.text)), None)
        if not rule:
            continue
        fragment.rule = rule.id
        teasers = _are_teasers(body, fragment)
        for follower in kept[i + 1 :]:
            if is_sentence(follower.text) and not teasers:
                break
            follower.rule = follower.rule or rule.id


def _are_teasers(body: Body, heading: Fragment) -> bool:
    """Whether nothing stands below `heading` but linked headlines with one line of prose each."""
    at = next(i for i, fragment in enumerate(body.out.fragments) if fragment is heading)
    rest = [fragment for fragment in body.out.fragments[at + 1 :] if fragment.text]
    links = [fragment.rule.endswith(PROMO) or body.is_link(fragment) for fragment in rest]
    below = [bool(i) and links[i - 1] for i in range(len(rest))]
    return sum(below) > 1 and all(map(operator.or_, links, below))


def _take_signoff(body: Body) -> None:
    """The sign-off behind which there is no prose, with what follows it; any that stands alone."""
    after: list[Fragment] = []
    for fragment in reversed(body.kept()):
        if found := _find_signoff(body, fragment.text, ends=not after):
            body.take(fragment, *found)
            for leftover in after:
                if not is_promo_line(body, leftover.text):
                    leftover.rule = "after-signoff"
            break
        if is_sentence(fragment.text):
            break
        after.append(fragment)
    body.rewrite(lambda fragment: _without_signoff(body, fragment))


def _without_signoff(body: Body, fragment: Fragment) -> list[Fragment]:
    alone = fragment.text[0] in "([" and len(fragment.text) <= _SIGNOFF
    found = _find_signoff(body, fragment.text, ends=False) if alone else None
    return fragment.cut([found]) if found else [fragment]


def _find_signoff(body: Body, text: str, *, ends: bool) -> tuple[int, int, str] | None:
    """Where `text` has its sign-off, and the rule; names only where the body `ends` with it."""
    if ends and len(text) <= _SIGNOFF and text.lower() in body.authors:
        body.out.signoff = body.out.signoff or text
        return 0, len(text), "signoff-author"
    if ends and (named := _NAMED.search(text)) and named[1].lower() in body.authors:
        body.out.signoff = body.out.signoff or named[0]
        return named.start(), len(text), "signoff-author"
    bracketed = text.rstrip(".").endswith((")", "]"))
    for rule in body.rules["signoff"]:
        possible = ends if rule.id == "signoff-name" else bracketed
        match = possible and rule.pattern.search(text, max(0, len(text) - _SIGNOFF))
        if match:
            body.out.signoff = body.out.signoff or match["signoff"]
            return match.start("signoff"), len(text), rule.id
    return None


def _take_dateline(body: Body) -> None:
    outlets = [rule for rule in body.rules["dateline"] if "city" not in rule.id]
    if not body.out.dateline:
        _take_above_dateline(body, outlets)
    _take_first_dateline(body)
    for fragment in body.kept()[1:_NEAR]:  # of each of several reports in one article
        match = next(filter(None, (rule.pattern.match(fragment.text) for rule in outlets)), None)
        if match and match.end() < len(fragment.text):
            body.take(fragment, 0, match.end(), "dateline-again")


def _take_first_dateline(body: Body) -> None:
    first = body.kept()[:2]
    for fragment in first[:1]:
        # detik sets the place before the first paragraph, not in it
        text = " ".join(f.text for f in first) if fragment.text[-1] in "-–—" else fragment.text
        for rule in body.rules["dateline"]:
            match = rule.pattern.match(text)
            if match and match.end() < len(text):
                body.out.dateline = body.out.dateline or match["dateline"].rstrip()
                body.take(fragment, 0, min(match.end(), len(fragment.text)), rule.id)
                return


def _take_above_dateline(body: Body, outlets: list[Rule]) -> None:
    """An article begins with its dateline: what stands above it is a summary of the page's."""
    kept = body.kept()[:_NEAR]
    for i, fragment in enumerate(kept):
        if any(rule.pattern.match(fragment.text) for rule in outlets):
            for above in kept[:i] if sum(len(f.text) for f in kept[:i]) <= _ABOVE else ():
                above.rule = "above-dateline"
            return
