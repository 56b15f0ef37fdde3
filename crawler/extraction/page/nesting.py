"""Which elements a parser has open, told from a page's tags alone, as the HTML standard does.

What a parser may ignore is ignored, so that never fewer are believed to be open than it would have.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.items import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ATTRIBUTES = 100  # of one tag; real ones have 30
_MAX_TOIL = 200_000  # elements that a parser would open again, and steps to find end tags
_SHORT = 2 * MAX_ATTRIBUTES  # bytes; a tag that is not longer has no more attributes
FORMATTING = "b big code em font i nobr s small strike strong tt u"


def _either_case(words: str) -> bytes:
    """A pattern for any of `words`; IGNORECASE would slow the whole pattern down."""
    either = ["".join(f"[{c}{c.upper()}]" for c in word) for word in words.split()]
    return b"(?:" + "|".join(either).encode() + b")(?=[ \t\n\r\f/>])"


def _up_to_end(names: str) -> bytes:
    """A pattern for elements of any of `names` behind their <, and all up to their end tags."""
    patterns = [_either_case(name) for name in names.split()]
    return b"|".join(name + b"[^<]*+(?:<(?!/" + name + b")[^<]*+)*+" for name in patterns)


_PLAIN_RAW = "style textarea xmp title iframe noembed noframes"
_RAW = _up_to_end("script " + _PLAIN_RAW)
_ATTRIBUTE = (
    rb"""(?: [a-zA-Z-]++="[^"]*+"|"""  # nearly all, and fast; then any other
    rb"""[ \t\n\r\f/]*+[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+"""
    rb"""(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+(?:"[^"]*+"|'[^']*+'|[^ \t\n\r\f>"'][^ \t\n\r\f>]*+)?)?)"""
)
_NAME = rb"[a-zA-Z][^ \t\n\r\f/>]*+"
OVERLOADED = re.compile(_NAME + _ATTRIBUTE + rb"{%d}+" % (MAX_ATTRIBUTES + 1))
"""A start tag behind its <, if it has too many attributes."""
START = re.compile(rb"<[a-zA-Z!?]")
TOKEN = re.compile(
    # What a script, a comment or a broken tag holds is no tag, so it is passed over.
    rb"<(?:" + _RAW + rb"|!--(?!-?>)[^-]*+(?:-(?!-!?>)[^-]*+)*+|(?:[!?]|/[^a-zA-Z>])[^>]*+"
    rb"|(?:path|circle|rect|line|poly(?:gon|line)|ellipse|use|stop)\b[^<>]*/>"  # shapes in icons
    rb"|(/?" + _NAME + rb")" + _ATTRIBUTE + rb"{0,%d}+)" % (MAX_ATTRIBUTES + 1)
)
"""Group 1 is the name of a tag, with the slash of an end tag."""
# What is raw text in HTML is markup inside svg and math.
_FOREIGN_PART = re.compile(rb"<(?:" + _up_to_end("svg math") + rb")")
_RAW_PART = re.compile(rb"<(?:" + _RAW + rb")")
_PLAIN_RAW_PART = re.compile(rb"<(?:" + _up_to_end(_PLAIN_RAW) + rb")")


def _tags(names: str, mark: bytes = b"") -> frozenset[bytes]:
    return frozenset(mark + name for name in names.encode().split())


# Never open for long: void, or closed by their next sibling.
_FLAT = (
    "area base br col embed hr img input link meta param source track wbr frame "
    "p li option tr td th tbody thead tfoot colgroup"
)
_FLAT_TAGS = _tags(_FLAT) | _tags(_FLAT, b"/") | _tags("script " + _PLAIN_RAW, b"/")
_FORMATTING_ENDS = _tags(f"a {FORMATTING}", b"/")
# An end tag does not reach through these to what was opened outside of them.
_BARRIERS = _tags("applet button marquee math object select svg table template", b"/")
_BLOCKS = _BARRIERS | _tags(
    "address article aside blockquote center dd details dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup iframe listing main menu nav noscript ol pre "
    "search section summary ul",
    b"/",
)
_BARRED = frozenset(tag + b" " for tag in _BARRIERS)  # as they stand among the open elements
_LIMITS = _BARRED | _BLOCKS
_FOREIGN = _tags("svg math /svg /math")
_FOREIGN_ROOTS = (b"/svg ", b"/math ")  # nothing is flat inside of these
# These end sooner than at their end tag if a block or formatting stands in them.
_BRITTLE = frozenset({*_FOREIGN_ROOTS, b"/select "})
_USUAL = {tag[1:]: tag for tag in (_BLOCKS | _tags("span label", b"/")) - _BARRIERS}
_REACH = 2  # blocks that an end tag of formatting is sure to reach through


class _Formatting(NamedTuple):
    """A formatting element: a parser opens it again in every block until its end tag comes."""

    end: bytes
    height: int  # how many other elements are open around it


_BARRIER = _Formatting(b"", 0)
_NOTHING: frozenset[bytes] = frozenset()


def follow(body: bytes, most: int) -> None:
    """Go through all tags of `body`.

    :raises Rejected: `too_deep` over `most` open elements, `too_many_nodes` over MAX_ATTRIBUTES.
    """
    _OpenElements(most - _count_hidden(body)).follow(TOKEN.finditer(body))


def _count_hidden(body: bytes) -> int:
    """Start tags in what may or may not be raw text: as many elements may stay open unseen."""
    foreign = [match[0] for match in _FOREIGN_PART.finditer(body)]
    if not foreign:
        return 0
    raw = [part for span in foreign for part in _RAW_PART.findall(span)]
    raw += _PLAIN_RAW_PART.findall(body)
    return sum(len(START.findall(part, 1)) for part in raw)


class _OpenElements:
    def __init__(self, most: int) -> None:
        self._most = most + 1
        self._stack = [b"-"]  # the end tags that they wait for
        self._formatting: list[_Formatting] = []
        self._toil = 0

    def follow(self, tokens: Iterable[re.Match[bytes]]) -> None:
        stack, formatting = self._stack, self._formatting
        flat = _FLAT_TAGS
        for token in tokens:
            tag = token[1]
            if tag == stack[-1]:
                stack.pop()
                if formatting:
                    self._sink()
            elif tag is None or tag in flat:
                self._toil += len(formatting)
            elif tag in _USUAL:
                stack.append(_USUAL[tag])
            elif formatting and formatting[-1] == (tag, len(stack)):
                formatting.pop()
            elif (tag := tag.lower()) not in flat:
                self._take(tag)
                if tag in _FOREIGN:
                    inside = any(root in stack for root in _FOREIGN_ROOTS)
                    flat = _NOTHING if inside else _FLAT_TAGS
            if len(stack) + len(formatting) > self._most or self._toil > _MAX_TOIL:
                raise Rejected("too_deep", "too many open elements, or a tangle of end tags")
            if token.end() - token.start() > _SHORT and OVERLOADED.match(token[0], 1):
                raise Rejected("too_many_nodes", f"over {MAX_ATTRIBUTES} attributes in a tag")

    def _take(self, tag: bytes) -> None:
        """Take formatting, a rare tag, or an end tag out of turn."""
        end = b"/" + tag
        if tag in _FORMATTING_ENDS:
            self._forget(tag)
        elif tag.startswith(b"/"):
            self._close(tag)
        elif end in _FORMATTING_ENDS:
            self._format(_Formatting(end, len(self._stack)))
        elif end in _BARRIERS:
            self._stack.append(end + b" ")
            self._formatting.append(_BARRIER)
        else:
            self._stack.append(end)

    def _format(self, element: _Formatting) -> None:
        if element.end == b"/a" and self._formatting:  # links cannot nest
            self._forget(element.end)
        self._formatting.append(element)

    def _forget(self, end: bytes) -> None:
        """Close the last formatting element of that end tag, if it is sure to close one."""
        for position in range(len(self._formatting) - 1, -1, -1):
            self._toil += 1
            element = self._formatting[position]
            if element.end == end and len(self._stack) - element.height <= _REACH:
                del self._formatting[position]
            if element.end == end or element is _BARRIER:
                return

    def _close(self, tag: bytes) -> None:
        sought = tag + b" " if tag in _BARRIERS else tag
        limits = _BARRED if tag in _BLOCKS else _LIMITS
        for position in range(len(self._stack) - 1, 0, -1):
            self._toil += 1
            if self._stack[position] == sought:
                self._pop_to(position)
                return
            if self._stack[position] in limits:
                return

    def _pop_to(self, position: int) -> None:
        """Close the element at `position`, and what is open inside it if a parser does so too."""
        stack = self._stack
        if stack[position] == b"/form":
            del stack[position]
        elif stack[position] not in _BRITTLE or not self._is_burst(position):
            for _ in filter(_BARRED.__contains__, stack[position:]):
                last = max(i for i, e in enumerate(self._formatting) if e is _BARRIER)
                del self._formatting[last]
            del stack[position:]
        self._sink()

    def _is_burst(self, position: int) -> bool:
        """Whether something stands in the element at `position` that ends it."""
        blocks = any(tag in _BLOCKS for tag in self._stack[position + 1 :])
        return blocks or any(element.height > position for element in self._formatting)

    def _sink(self) -> None:
        """What formatting was open inside an element that ended goes on behind it."""
        height = len(self._stack)
        self._toil += len(self._formatting)
        self._formatting[:] = [
            element if element.height <= height else element._replace(height=height)
            for element in self._formatting
        ]
