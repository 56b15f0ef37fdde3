"""The steps of cleaning: pure functions that keep a body's fragments or take them by a rule.

Each step reads only the fragments that earlier steps kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.patterns import DASHES
from crawler.extraction.indonesian.sentences import is_sentence
from pipelines.cleaning.fragments import PROMO, Body, Cleaned, Fragment, starts_sentence
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

# Rules by the kind of a block, where extraction named no rule of its own.
_MARKUP = {kind: f"markup:{kind}" for kind in ("promo", "widget", "embed", "caption")}
_PLEA = 100  # characters: the longest line that announces a list or a video
_SIGNOFF = 60  # characters: the longest sign-off
_CLOSING = 500  # characters: the longest closing of a body
_ABOVE = 400  # characters: the longest standfirst above a dateline
_NEAR = 6  # kept fragments: how far from the top or the end a byline is searched
_NAMED = re.compile(r"\(([A-Z][^()]{3,40})\)$")
_BARE = f"bare-links:{PROMO}"
_ROUNDS = 4  # most rounds: a step uncovers work for earlier steps; real pages need two rounds


def clean(
    blocks: Sequence[Block],
    outlet: str = "generic",
    authors: Sequence[str] = (),
    book: Rulebook | None = None,
    *,
    house: str = "",
) -> Cleaned:
    """Return `blocks` as fragments, each kept or taken by a rule.

    :param authors: names; a last line that repeats an author's name is a sign-off.
    :param house: the outlet's name in its domain: "idntimes".
    """
    book = book or load_rules()
    body = Body(blocks, outlet, authors, book, house)
    _take_markup(body, book)
    _take_until_nothing_is_left(body)
    for _ in range(_ROUNDS):  # until no sentence that lost its middle is a rule's
        paragraphs = body.out.joined()
        if all(len(parts) == 1 for parts in paragraphs):
            break
        blocks = [body.block_of(parts) for parts in paragraphs]
        whole = Body(blocks, outlet, authors, book, house)
        whole.linked, whole.labels_left = body.linked, body.labels_left
        _take_until_nothing_is_left(whole)
        if not whole.taken:
            break
        body.labels_left = whole.labels_left
        body.take_as(whole.out, paragraphs)
    return body.out


def _take_until_nothing_is_left(body: Body) -> None:
    """Take by words until a second cleaning of the kept text would find nothing."""
    _take_all_by_words(body)
    for _ in range(_ROUNDS):
        if not body.out.doubtful:
            break
        taken = body.taken
        body.judge_by_what_is_kept()
        _take_all_by_words(body)
        if body.taken == taken:
            break


def _take_all_by_words(body: Body) -> None:
    for _ in range(_ROUNDS):
        taken = body.taken
        _take_by_words(body)
        if body.taken == taken:
            break


def _take_by_words(body: Body) -> None:
    """Apply each step once; fragments uncovered by a later step wait for the next round."""
    looked_at = list(body.out.fragments)
    if body.rules["inline"]:
        body.rewrite(lambda fragment: _without_inline(body, fragment))
    if not body.linked:  # a plain text's lists behind the sign-off have no links to know them by
        _take_signoff(body)
    _take_blocks(body)
    take_promos(body)
    if body.linked:
        take_links_of_the_page(body)
        take_bare_links(body)
    _take_tail(body)
    _take_signoff(body)
    _take_closing(body)
    _take_emptied(body)
    _take_dateline(body)
    for fragment in looked_at:
        fragment.settled = True


@lru_cache(maxsize=4096)
def _widget(marks: frozenset[str], widgets: tuple[Rule, ...]) -> str:
    """Return the id of the first rule that matches a class or id of a block, or ""."""
    return next((r.id for r in widgets for mark in marks if r.pattern.fullmatch(mark)), "")


def _take_markup(body: Body, book: Rulebook) -> None:
    widgets = book.of_kind("widget")
    for fragment, block in zip(body.out.fragments, body.blocks, strict=True):
        stated = "" if block.cleaned else block.rule
        fragment.rule = stated or _MARKUP.get(block.kind, "")
        if not fragment.rule and block.marks:
            fragment.rule = _widget(block.marks, widgets)
        if block.kind == "caption" and block.text:
            body.out.captions.append(block.text)


def _without_inline(body: Body, fragment: Fragment) -> list[Fragment]:
    parts, hints = [fragment], body.hints(fragment)
    for rule in body.rules["inline"]:
        if rule.may_match(hints):
            parts = [part for whole in parts for part in _without(whole, rule)]
    return parts


def _without(fragment: Fragment, rule: Rule) -> list[Fragment]:
    matches = () if fragment.rule else rule.pattern.finditer(fragment.text)
    spans = [(*match.span(), rule.id) for match in matches if match.group().strip()]
    return fragment.cut(spans) if spans else [fragment]


def _take_blocks(body: Body) -> None:
    """Take whole fragments: widgets in words, captions, and notices that name the outlet; near
    both ends, bylines too."""
    kept = body.kept()
    anywhere = body.rules["block"] + body.rules["notice"] + body.rules["caption"]
    said = {"caption": body.out.captions, "byline": body.out.bylines}
    for i, fragment in enumerate(kept):
        rules = [] if fragment.settled else anywhere
        if i < _NEAR or i >= len(kept) - _NEAR:
            rules = rules + body.rules["byline"]
        hints = body.hints(fragment) if rules else set()
        for rule in rules:
            if not rule.may_match(hints):
                continue
            if rule.kind == "notice" and not body.names_house(fragment.text):
                continue
            if rule.pattern.fullmatch(fragment.text):
                fragment.rule = rule.id
                said.get(rule.kind, []).append(fragment.text)
                break


def _take_tail(body: Body) -> None:
    """Take everything from a tail's first line on; if prose follows, only up to the prose."""
    teasers: set[tuple[int, int]] | None = None
    taking, whole = "", False
    for i, fragment in enumerate(body.kept()):
        if taking and (whole or not is_sentence(fragment.text)):
            fragment.rule = taking
            continue
        taking = ""
        if i == 0 or fragment.settled:
            continue
        hints = body.hints(fragment)
        tails = (r for r in body.rules["tail"] if r.may_match(hints))
        rule = next((r for r in tails if r.pattern.match(fragment.text)), None)
        if rule:
            fragment.rule = taking = rule.id
            teasers = _above_teasers(body) if teasers is None else teasers
            whole = (fragment.block, fragment.start) in teasers


def _above_teasers(body: Body) -> set[tuple[int, int]]:
    """Return block and start of each fragment with two or more teasers below, and no other text.

    A teaser is a linked headline without a label, with one line of prose below or none.
    """
    found: set[tuple[int, int]] = set()
    links = 0  # below a fragment, but for the last line of the body
    below: bool | None = None
    for fragment in reversed(body.out.fragments):
        if not fragment.text:
            continue
        link = fragment.rule == _BARE or body.is_link(fragment)
        if below and links > 1:
            found.add((fragment.block, fragment.start))
        if below is False and not link:
            break
        links += link and below is not None
        below = link
    return found


def _take_signoff(body: Body) -> None:
    """Take the last sign-off and everything behind it, and each sign-off that is a whole line."""
    after: list[Fragment] = []
    for fragment in reversed(body.kept()):
        if found := _find_signoff(body, fragment.text, ends=not after):
            body.take(fragment, *found)
            for leftover in after:
                if not is_promo_line(body, leftover.text):
                    leftover.rule = _read_byline(body, leftover.text) or "after-signoff"
            break
        if is_sentence(fragment.text):
            break
        after.append(fragment)
    body.rewrite(lambda fragment: _without_signoff(body, fragment))


def _read_byline(body: Body, text: str) -> str:
    """Return the id of the rule for bylines that matches all of `text`; "" for no byline."""
    for rule in body.rules["byline"]:
        if rule.pattern.fullmatch(text):
            body.out.bylines.append(text)
            return rule.id
    return ""


def _take_closing(body: Body) -> None:
    """Take the last lines of the body that name a video, a helper or another outlet."""
    kept = body.kept() if body.rules["closing"] else []
    while kept:
        text = kept[-1].text
        lower = text[-_CLOSING:].lower()
        rules = (rule for rule in body.rules["closing"] if rule.stands_in(lower))
        found = ((rule, rule.pattern.search(text, max(0, len(text) - _CLOSING))) for rule in rules)
        starts = ((r.id, m.start()) for r, m in found if m and starts_sentence(text, m.start()))
        rule, start = next(starts, ("", 0))
        if not rule:
            return
        body.take(kept.pop(), start, len(text), rule)
        if start:
            return


def _take_emptied(body: Body) -> None:
    """Take headings and pleas at the end under which everything was taken: those of lists."""
    under = False
    for fragment in reversed(body.out.fragments):
        if fragment.rule or not fragment.text:
            under = under or bool(fragment.text)
            continue
        heading = body.blocks[fragment.block].kind == "heading" and fragment.text[-1] not in ".!?"
        asks = (":", "?") if body.blocks[fragment.block].bold else ":"
        plea = fragment.text.endswith(asks) and len(fragment.text) <= _PLEA
        if not under or not (heading or plea):
            return
        fragment.rule = "emptied"


def _without_signoff(body: Body, fragment: Fragment) -> list[Fragment]:
    alone = fragment.text[0] in "([" and len(fragment.text) <= _SIGNOFF
    found = _find_signoff(body, fragment.text, ends=False) if alone else None
    return fragment.cut([found]) if found else [fragment]


def _find_signoff(body: Body, text: str, *, ends: bool) -> tuple[int, int, str] | None:
    """Return start, end and rule of the sign-off of `text`, or None.

    :param ends: the body ends with `text`; names alone are a sign-off only there.
    """
    found = (_author_signoff(body, text) if ends else None) or _ruled_signoff(body, text, ends=ends)
    if not found:
        return None
    start, signoff, rule = found
    body.out.signoff = body.out.signoff or signoff
    return start, len(text), rule


def _author_signoff(body: Body, text: str) -> tuple[int, str, str] | None:
    if len(text) <= _SIGNOFF and text.lower() in body.authors:
        return 0, text, "signoff-author"
    named = _NAMED.search(text, max(0, len(text) - _SIGNOFF))
    if named and named[1].lower() in body.authors:
        return named.start(), named[0], "signoff-author"
    return None


def _ruled_signoff(body: Body, text: str, *, ends: bool) -> tuple[int, str, str] | None:
    bracketed = text.rstrip(".").endswith((")", "]"))
    for rule in body.rules["signoff"]:
        possible = ends if rule.id == "signoff-name" else bracketed
        match = possible and rule.pattern.search(text, max(0, len(text) - _SIGNOFF))
        if match:
            return match.start("signoff"), match["signoff"], rule.id
    return None


def _take_dateline(body: Body) -> None:
    top = [fragment.text for fragment in body.kept()[:_NEAR]]
    if top == body.top:  # looked at in the round before
        return
    body.top = top
    if not body.out.dateline:
        _take_above_dateline(body)
    _take_first_dateline(body)
    for fragment in body.kept()[1:_NEAR]:  # an article may hold several reports
        if 0 < (end := body.dateline_end(fragment.text)) < len(fragment.text):
            body.take(fragment, 0, end, "dateline-again")


def _take_first_dateline(body: Body) -> None:
    first = body.kept()[:2]
    for fragment in first[:1]:
        # detik sets the place before the first paragraph, not in it
        text = "\n".join([f.text for f in first]) if fragment.text[-1] in DASHES else fragment.text
        for rule in body.rules["dateline"]:
            match = rule.pattern.match(text)
            if match and match.end() < len(text):
                body.out.dateline = body.out.dateline or match["dateline"].rstrip()
                body.take(fragment, 0, min(match.end(), len(fragment.text)), rule.id)
                return


def _take_above_dateline(body: Body) -> None:
    """Take the page's summary above the dateline: an article begins with its dateline."""
    kept = body.kept()[:_NEAR]
    for i, fragment in enumerate(kept):
        if body.dateline_end(fragment.text):
            for above in kept[:i] if sum(len(f.text) for f in kept[:i]) <= _ABOVE else ():
                above.rule = "above-dateline"
            return
