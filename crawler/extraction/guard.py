"""What may not reach the parser: markup whose depth or size makes lexbor worse than quadratic.

One linear pass over the bytes follows the open elements as the HTML standard does, but never
believes that fewer are open than a parser would have: an end tag that a parser ignores is ignored.
"""

from __future__ import annotations

import re
from itertools import islice

from crawler.items import Rejected

MAX_DEPTH = 500  # the deepest real page seen has 24
MAX_NODES = 50_000
_MAX_TOIL = 100_000  # steps spent on end tags that do not match; real pages need a few hundred

_START = re.compile(rb"<[a-zA-Z!?]")
_RAW_TEXT = rb"(?:script|style|textarea|xmp|title)"
_TOKEN = re.compile(
    # a script's or a comment's content holds no tags, so it is passed over with its opening
    rb"<(?:" + _RAW_TEXT + rb"\b[^<]*+(?:<(?!/" + _RAW_TEXT + rb")[^<]*+)*+"
    rb"|!--[^-]*+(?:-(?!->)[^-]*+)*+"
    rb"|(/?[a-z][^\s/>]*+)"
    rb"""(?:\s++[a-z-]++="[^"]*+")*+"""  # nearly all attributes, and fast; then any others
    rb"""(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?)?)*+)""",
    re.IGNORECASE,
)


def _names(names: str) -> frozenset[bytes]:
    return frozenset(names.encode().split())


# Never open for long: void, or closed by their next sibling.
_FLAT = _names(
    "area base br col embed hr img input link meta param source track wbr html head body frame "
    "p li dt dd option optgroup tr td th tbody thead tfoot colgroup rp rt"
)
_FLAT_TAGS = frozenset({None}) | _FLAT | {b"/" + name for name in _FLAT}
# A parser reopens these in every block that follows until their own end tag comes.
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
# An end tag does not reach through these to what was opened outside of them.
_BARRIERS = _names("applet button marquee math object select svg table template")
_BLOCKS = _BARRIERS | _names(
    "address article aside blockquote center details dir div dl fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup iframe listing main menu nav noscript ol pre search "
    "section summary ul"
)


def check(body: bytes) -> None:
    """Refuse what would hang the parser.

    :raises Rejected: `too_many_nodes` over MAX_NODES tags, `too_deep` over MAX_DEPTH open elements.
    """
    _check_size(body)
    stack: list[bytes] = []
    waiting: list[bytes] = []  # formatting to be reopened; an empty name stands for a barrier
    toil = 0
    for match in _TOKEN.finditer(body):
        token = match[1]
        if token in _FLAT_TAGS:
            continue
        if not token.startswith(b"/"):
            name = token.lower()
            if name not in _FLAT:
                stack.append(name)
                if name in _BARRIERS:
                    waiting.append(b"")
                if len(stack) + len(waiting) > MAX_DEPTH:
                    raise Rejected("too_deep", f"over {MAX_DEPTH} open elements")
        elif stack and stack[-1] == token[1:] and stack[-1] not in _BARRIERS:
            stack.pop()
        else:
            toil += _close(token[1:].lower(), stack, waiting)
            if toil > _MAX_TOIL:
                raise Rejected("too_deep", "end tags in a tangle")


def _check_size(body: bytes) -> None:
    signs = body.count(b"<")
    if signs <= MAX_NODES:
        return
    if signs <= 4 * MAX_NODES:
        signs = sum(1 for _ in islice(_START.finditer(body), MAX_NODES + 1))
    if signs > MAX_NODES:
        raise Rejected("too_many_nodes", f"over {MAX_NODES:,} tags")


def _close(name: bytes, stack: list[bytes], waiting: list[bytes]) -> int:
    """Take an end tag that does not close the innermost element; the number of steps it took."""
    steps = 0
    for position in range(len(stack) - 1, -1, -1):
        steps += 1
        opened = stack[position]
        if opened == name:
            _pop_to(position, name, stack, waiting)
            return steps
        if opened in (_BARRIERS if name in _BLOCKS or name in _FORMATTING else _BLOCKS):
            break
    if name in _FORMATTING:
        steps += _forget(name, waiting)
    return steps


def _forget(name: bytes, waiting: list[bytes]) -> int:
    """Stop `name` from being reopened; the number of steps it took."""
    for steps, position in enumerate(range(len(waiting) - 1, -1, -1), start=1):
        if waiting[position] == name:
            del waiting[position]
            return steps
        if not waiting[position]:
            return steps
    return len(waiting)


def _pop_to(position: int, name: bytes, stack: list[bytes], waiting: list[bytes]) -> None:
    for opened in stack[position + 1 :]:
        if opened in _FORMATTING:
            waiting.append(opened)
        elif opened in _BARRIERS:
            _drop_after_barrier(waiting)
    del stack[position:]
    if name in _BARRIERS:
        _drop_after_barrier(waiting)


def _drop_after_barrier(waiting: list[bytes]) -> None:
    while waiting and waiting.pop():
        pass
