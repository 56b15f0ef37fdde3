"""Promos: a label and the headlines behind or below it, and links that are headlines alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.indonesian.headlines import headline_end, looks_like_headline
from crawler.extraction.indonesian.patterns import DASHES
from pipelines.cleaning.fragments import BULLET, GAP, PROMO, Fragment, starts_sentence

if TYPE_CHECKING:
    from pipelines.cleaning.fragments import Body
    from pipelines.cleaning.rules import Rule

_MARKS = f":：|»>{DASHES}"  # ends of labels; the same words in prose have none
_BOUNDARY = re.compile(r"[.!?][\"”’']? +[A-Z\"“‘]")
_OWN_HEADING = re.compile(r"#[\w%-]{1,100}$")
_TAG = re.compile(r"/(?:tags?|topics?|topik|label)/", re.IGNORECASE)
_AND_MORE = re.compile(
    r"(?:dan|atau) (?:artikel|berita|tulisan|esai|konten)\b[^.\n]{0,80}\blainnya\.?"
)
_NUMBERED = re.compile(r"#?\d{1,2}[.)]? ")
_DOUBT = 120  # characters of a doubtful promo that are recorded


def take_promos(body: Body) -> None:
    """Take labels at the start of sentences, with the headlines that they announce."""
    if body.labels:
        body.rewrite(lambda fragment: _without_promos(body, fragment))
        _take_below_labels(body)


def take_bare_links(body: Body) -> None:
    """Take headlines that are links alone, unless a line ending in a colon announces them."""
    run: list[Fragment] = []
    before = ""
    for fragment in [*body.kept(), None]:
        if fragment and _belongs_to(body, fragment, run):
            run.append(fragment)
            continue
        announced = before.endswith(":")
        if run and not announced and (len(run) > 1 or _is_bare_headline(run[0].text)):
            for link in run:
                link.rule = f"bare-links:{PROMO}"
        run = []
        before = fragment.text if fragment else ""


def _belongs_to(body: Body, fragment: Fragment, run: list[Fragment]) -> bool:
    """Return True if `fragment` is a linked headline, or has the same link as the last of `run`."""
    if not _is_link_alone(body, fragment):
        return False
    card = run and _first_url(body, fragment) == _first_url(body, run[-1])
    return bool(card) or _may_be_headline(fragment.text)


def _first_url(body: Body, fragment: Fragment) -> str:
    return next(body.anchors(fragment)).url


def _is_link_alone(body: Body, fragment: Fragment) -> bool:
    """Return True if `fragment` is links only, and not a numbered heading in a list of products."""
    numbered = _NUMBERED.match(fragment.text) and body.blocks[fragment.block].kind == "heading"
    return not numbered and body.is_link(fragment)


def take_links_of_the_page(body: Body) -> None:
    """Take lines of links to headings of the same page, or to tags."""
    for fragment in body.kept():
        if not body.is_link(fragment):
            continue
        urls = [anchor.url for anchor in body.anchors(fragment)]
        if all(_OWN_HEADING.search(url) for url in urls):
            fragment.rule = "own-headings"
        elif all(_TAG.search(url) for url in urls):
            fragment.rule = "tag-links"


def is_promo_line(body: Body, text: str) -> bool:
    """Return True if `text` is a label followed by a headline."""
    labels = (rule.pattern.match(text) for rule in body.labels)
    return any(label and label.end() < len(text) for label in labels)


def _without_promos(body: Body, fragment: Fragment) -> list[Fragment]:
    hints = body.hints(fragment)
    rules = [rule for rule in body.labels if rule.may_match(hints)]
    labels = _labels(fragment.text, rules)[: body.labels_left] if rules else []
    if not labels:
        return [fragment]
    body.labels_left -= len(labels)
    limits = [*(label.start() for label, _ in labels[1:]), len(fragment.text)]
    spans = []
    # Labels with a mark first: their headlines may give the end of another promo.
    for labelled, limit in sorted(zip(labels, limits, strict=True), key=_is_bare):
        label, rule = labelled
        start = label.start()
        length = _promo_length(body, fragment, labelled, fragment.text[start:limit])
        if length is not None:
            spans.append((start, start + length, f"{rule.id}:{PROMO}"))
            body.promised.add([fragment.text[label.end() : start + length].strip()])
    return fragment.cut(sorted(spans)) if spans else [fragment]


def _is_bare(labelled: tuple[tuple[re.Match[str], Rule], int]) -> bool:
    """Return True if a label ends without a mark such as a colon."""
    return labelled[0][0].group().rstrip()[-1] not in _MARKS


def _labels(text: str, rules: list[Rule]) -> list[tuple[re.Match[str], Rule]]:
    """Return the labels in `text` with their rules, in order and without overlaps."""
    found = [
        (match, rule)
        for rule in rules
        for match in rule.pattern.finditer(text)
        if starts_sentence(text, match.start()) or _is_marked(match)
    ]
    found.sort(key=lambda label: (label[0].start(), -label[0].end()))
    apart: list[tuple[re.Match[str], Rule]] = []
    for label in found:
        if not apart or label[0].start() >= apart[-1][0].end():
            apart.append(label)
    return apart


def _is_marked(label: re.Match[str]) -> bool:
    """Return True if `label` cannot be prose: "Baca juga:" cannot, "Baca:" can."""
    text = label.group().rstrip()
    return " " in text and text[-1] in ":："


def _promo_length(
    body: Body, fragment: Fragment, labelled: tuple[re.Match[str], Rule], text: str
) -> int | None:
    """Return the length of the promo that begins with a label; None for prose or an unknown end.

    :param text: the label and all of `fragment` up to the next label
    """
    label, _ = labelled
    start, at = label.start(), len(label.group())
    marked = label.group().rstrip()[-1] in _MARKS
    linked = _links_end(body, fragment, label, start + len(text))
    if linked is not None:
        return _end_behind_links(text, at, linked - start, marked=marked)
    rest = text[at:].strip(" \u00a0*")
    if not rest:
        return len(text)
    if not marked and body.blocks[fragment.block].kind == "heading":
        return None  # "Baca Juga Buku Manualnya"
    if promised := body.promised.opening(rest):
        return text.index(promised, at) + len(promised)
    if not marked:
        # A label that lost its headline: "katanya.Baca JugaMenteri".
        return at if text[at].isupper() else None
    last = start + len(text) == len(fragment.text) and text[-1] not in ".”\"’'"
    if (start == 0 or last) and _is_one_headline(rest):
        return len(text)
    return _headline_end(body, fragment, labelled, text)


def _end_behind_links(text: str, at: int, linked: int, *, marked: bool) -> int | None:
    """Return the end of a promo whose links end at `linked`; None: the links are part of prose."""
    rest = text[linked:].strip(GAP)
    if _AND_MORE.fullmatch(rest):
        return len(text)
    headline = marked or looks_like_headline(text[at:linked].strip())
    return None if rest and (rest[0].islower() or not headline) else linked


def _headline_end(
    body: Body, fragment: Fragment, labelled: tuple[re.Match[str], Rule], text: str
) -> int | None:
    """Return the end of the headline behind a label; None, and a doubt on record, if unknown."""
    label, rule = labelled
    at = len(label.group())
    end = headline_end(text, at, body.document, body.headlines)
    if end is None:
        start = fragment.start + label.start()
        body.doubt(Fragment(fragment.block, start, text[: at + _DOUBT], f"doubtful:{rule.id}"))
    return end


def _links_end(body: Body, fragment: Fragment, label: re.Match[str], limit: int) -> int | None:
    """Return the end of the links that contain `label` or directly follow it."""
    end = None
    for anchor in body.anchors(fragment, behind=label.end()):
        gap = fragment.text[end or label.end() : anchor.start].strip(GAP)
        if anchor.start >= limit or (gap and not (end and gap == "dan")):
            break
        end = min(anchor.end, limit)
    return end


def _take_below_labels(body: Body) -> None:
    """Take links below a label on a line of its own; in a plain text, lines like headlines."""
    under = ""
    for fragment in body.out.fragments:
        if fragment.rule.endswith(PROMO):
            alone = any(rule.pattern.fullmatch(fragment.text) for rule in body.labels)
            under = fragment.rule if alone or under == fragment.rule else ""
        elif fragment.rule or not fragment.text:
            continue
        elif under and _may_be_below(body, fragment):
            fragment.rule = under
        else:
            under = ""


def _may_be_below(body: Body, fragment: Fragment) -> bool:
    return body.is_link(fragment) or (not body.linked and looks_like_headline(fragment.text))


def _may_be_headline(text: str) -> bool:
    return text.count(" ") >= 3 and text[-1] != "."


def _is_bare_headline(text: str) -> bool:
    return text.count(" ") >= 4 and looks_like_headline(BULLET.sub("", text, count=1))


def _is_one_headline(text: str) -> bool:
    """Return True if all of `text`, which follows a label and a colon, is a headline."""
    if looks_like_headline(text):
        return True
    words = text.split(None, 26)
    if len(words) > 25 or _BOUNDARY.search(text):
        return False
    # A single sentence is a headline, unless it begins in title case and ends in a stop.
    return text[-1] not in '.”"' or not all(word[0].isupper() for word in words[:3])
