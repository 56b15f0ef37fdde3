"""What may not reach the parser: markup whose depth or size makes lexbor worse than quadratic.

A page with few tags cannot hang it, whatever they are: there a plain count of opened minus closed
serves. For the others one linear pass over the bytes follows the open elements as the HTML standard
does, but never believes that fewer are open than a parser would have: an end tag that a parser
ignores is ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import accumulate, islice

from crawler.items import Rejected

MAX_DEPTH = 500  # the deepest real page seen has 24
MAX_NODES = 50_000
_MAX_TOIL = 50_000  # steps spent on end tags that do not match; real pages need a few hundred

_START = re.compile(rb"<[a-zA-Z!?]")
_NAME = re.compile(rb"<(/?[a-zA-Z][^\s/>]*)")
_FEW = 2_000  # elements: so many nested ones are parsed in milliseconds
_FEW_FORMATTING = 200  # the same for formatting elements, apart from links, which cannot nest
_MANY = 8_000  # tags; of a page with more, its beginning is looked at alone first
_BEGINNING = 20_000  # bytes


def _either_case(words: str) -> bytes:
    """A pattern for any of `words`; IGNORECASE would slow the whole pattern down."""
    either = ["".join(f"[{c}{c.upper()}]" for c in word) for word in words.split()]
    return "|".join(either).encode()


_PLAIN_RAW = _either_case("style textarea xmp title iframe noembed noframes")
_RAW_TEXT = b"(?:" + _either_case("script") + b"|" + _PLAIN_RAW + b")"
_FOREIGN = _either_case("svg math")
# What is raw text in HTML is markup inside svg and math.
_FOREIGN_PART = re.compile(
    rb"<(?:" + _FOREIGN + rb")\b[^<]*+(?:<(?!/(?:" + _FOREIGN + rb"))[^<]*+)*+"
)
_RAW_PART = re.compile(rb"<" + _RAW_TEXT + rb"\b[^<]*+(?:<(?!/" + _RAW_TEXT + rb")[^<]*+)*+")
_PLAIN_RAW_PART = re.compile(
    rb"<(?:" + _PLAIN_RAW + rb")\b[^<]*+(?:<(?!/(?:" + _PLAIN_RAW + rb"))[^<]*+)*+"
)
_TOKEN = re.compile(
    # a script's or a comment's content holds no tags, so it is passed over with its opening
    rb"<(?:" + _RAW_TEXT + rb"\b[^<]*+(?:<(?!/" + _RAW_TEXT + rb")[^<]*+)*+"
    rb"|!--[^-]*+(?:-(?!->)[^-]*+)*+"
    rb"|(?:path|circle|rect|line|poly(?:gon|line)|ellipse|use|stop)\b[^<>]*/>"  # shapes in icons
    rb"|(/?[a-zA-Z][^\s/>]*+)"
    rb"""(?: [a-zA-Z-]++="[^"]*+")*+"""  # nearly all attributes, and fast; then any others
    rb"""(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?)?)*+)"""
)


def _tags(names: str, mark: bytes = b"") -> frozenset[bytes]:
    return frozenset(mark + name for name in names.encode().split())


# Never open for long: void, or closed by their next sibling.
_FLAT = (
    "area base br col embed hr img input link meta param source track wbr html head body frame "
    "p li option optgroup tr td th tbody thead tfoot colgroup"
)
_FLAT_TAGS = frozenset({b""}) | _tags(_FLAT) | _tags(_FLAT, b"/")
# From here on elements go by their end tags. A parser reopens formatting elements in every block
# that follows until their own end tag comes.
_FORMATTING = _tags("a b big code em font i nobr s small strike strong tt u", b"/")
# An end tag does not reach through these to what was opened outside of them.
_BARRIERS = _tags("applet button marquee math object select svg table template", b"/")
_BLOCKS = _BARRIERS | _tags(
    "address article aside blockquote center dd details dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup iframe listing main menu nav noscript ol pre "
    "search section summary ul",
    b"/",
)
_BARRED = frozenset(tag + b" " for tag in _BARRIERS)
_FOREIGN_ROOTS = (b"/svg ", b"/math ")  # nothing is flat inside of these
_NOTHING = frozenset({b""})
# These end sooner than at their end tag if a block stands in them.
_BRITTLE = frozenset({*_FOREIGN_ROOTS, b"/select "})
_END_TAGS = {
    tag[1:]: tag for tag in (_BLOCKS | _FORMATTING | _tags("span label", b"/")) - _BARRIERS
}


def check(body: bytes) -> None:
    """Refuse what would hang the parser.

    :raises Rejected: `too_many_nodes` over MAX_NODES tags, `too_deep` over MAX_DEPTH open elements.
    """
    signs = body.count(b"<")
    if signs > MAX_NODES:
        _count(body, signs)
    if signs <= _MANY and _is_plain(_NAME.findall(body)):
        return
    hidden = _count_hidden(body)
    if signs > _MANY:
        _follow(_TOKEN.findall(body, 0, _BEGINNING), hidden)
    _follow(_TOKEN.findall(body), hidden)


def _is_plain(tags: list[bytes]) -> bool:
    """Whether these are too few tags to hang the parser, and opened minus closed stays low."""
    counts = Counter(tags)
    steps = {tag: _step(tag) for tag in counts}
    opened = sum(number for tag, number in counts.items() if steps[tag] > 0)
    formatting = sum(number for tag, number in counts.items() if _is_formatting(tag))
    if opened > _FEW or formatting - counts[b"a"] > _FEW_FORMATTING:
        return False
    return max(accumulate(map(steps.__getitem__, tags)), default=0) <= MAX_DEPTH


@lru_cache(maxsize=1024)
def _step(tag: bytes) -> int:
    if tag.lower() in _FLAT_TAGS:
        return 0
    return -1 if tag.startswith(b"/") else 1


@lru_cache(maxsize=1024)
def _is_formatting(tag: bytes) -> bool:
    return b"/" + tag.lower() in _FORMATTING


def _count(body: bytes, signs: int) -> None:
    if signs <= 4 * MAX_NODES:  # end tags and comparisons in scripts are no nodes
        signs = sum(1 for _ in islice(_START.finditer(body), MAX_NODES + 1))
    if signs > MAX_NODES:
        raise Rejected("too_many_nodes", f"over {MAX_NODES:,} tags")


def _count_hidden(body: bytes) -> int:
    """Start tags in what may or may not be raw text: as many elements may stay open unseen."""
    foreign = [match[0] for match in _FOREIGN_PART.finditer(body)]
    if not foreign:
        return 0
    raw = [part for span in foreign for part in _RAW_PART.findall(span)]
    raw += _PLAIN_RAW_PART.findall(body)
    return sum(len(_START.findall(part, 1)) for part in raw)


def _follow(tags: list[bytes], hidden: int) -> None:
    stack: list[bytes] = [b"-"]
    waiting: list[bytes] = []  # formatting to be reopened; an empty name stands for a barrier
    most = MAX_DEPTH + 1 - hidden
    flat = _FLAT_TAGS
    toil = 0
    for tag in tags:
        if tag == stack[-1]:
            stack.pop()
        elif tag in flat:
            continue
        elif end := _END_TAGS.get(tag):
            stack.append(end)
        else:
            toil += _unusual(tag.lower(), stack, waiting, flat)
            flat = _NOTHING if any(part in stack for part in _FOREIGN_ROOTS) else _FLAT_TAGS
            most = MAX_DEPTH + 1 - hidden - len(waiting)
        if len(stack) > most or toil > _MAX_TOIL:
            raise Rejected("too_deep", f"over {MAX_DEPTH} open elements, or a tangle of end tags")


def _unusual(tag: bytes, stack: list[bytes], waiting: list[bytes], flat: frozenset[bytes]) -> int:
    """Take a rare tag, or an end tag out of turn; the number of steps it took."""
    if tag in flat:
        return 0
    if tag.startswith(b"/"):
        return _close(tag, stack, waiting)
    end = b"/" + tag
    if end in _BARRIERS:
        end = _barred(end)
        waiting.append(b"")
    stack.append(end)
    return 0


def _barred(end: bytes) -> bytes:
    """How a barrier stands on the stack: as no end tag is written, for its end is never simple."""
    return end + b" "


def _close(tag: bytes, stack: list[bytes], waiting: list[bytes]) -> int:
    limits = _BARRED if tag in _BLOCKS or tag in _FORMATTING else _BARRED | _BLOCKS
    sought = _barred(tag) if tag in _BARRIERS else tag
    steps = 0
    for position in range(len(stack) - 1, 0, -1):
        steps += 1
        if stack[position] == sought:
            _pop_to(position, stack, waiting)
            return steps
        if stack[position] in limits:
            break
    if tag in _FORMATTING:
        steps += _forget(tag, waiting)
    return steps


def _forget(tag: bytes, waiting: list[bytes]) -> int:
    """Stop a formatting element from being reopened; the number of steps it took."""
    for steps, position in enumerate(range(len(waiting) - 1, -1, -1), start=1):
        if waiting[position] == tag:
            del waiting[position]
            return steps
        if not waiting[position]:
            return steps
    return len(waiting)


def _pop_to(position: int, stack: list[bytes], waiting: list[bytes]) -> None:
    """Close the element at `position`, and what is open inside it where a parser does so too."""
    inside = stack[position + 1 :]
    around_block = stack[position] in _FORMATTING and any(tag in _BLOCKS for tag in inside)
    if stack[position] == b"/form" or around_block:
        del stack[position]
        return
    if stack[position] in _BRITTLE and any(tag in _BLOCKS or tag in _FORMATTING for tag in inside):
        return
    for tag in stack[position:]:
        if tag in _BARRED:
            while waiting and waiting.pop():
                pass
    if stack[position] not in _BARRED:
        waiting += [tag for tag in inside if tag in _FORMATTING]
    del stack[position:]
