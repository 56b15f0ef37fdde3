"""The elements that a parser has open, counted by tags alone after the HTML standard.

Never fewer elements are counted than a parser has open: a tag that a parser may ignore is ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.items import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ATTRIBUTES = 100  # of a tag; real tags have up to 30
_MAX_TOIL = 200_000  # reopened elements, and steps to find end tags
_SHORT = 2 * MAX_ATTRIBUTES  # bytes; a shorter tag has fewer than MAX_ATTRIBUTES
FORMATTING = "b big code em font i nobr s small strike strong tt u"


def _either_case(words: str) -> bytes:
    """Return a pattern for any of `words` in any case; IGNORECASE would slow the whole pattern."""
    either = ["".join(f"[{c}{c.upper()}]" for c in word) for word in words.split()]
    return b"(?:" + "|".join(either).encode() + b")(?=[ \t\n\r\f/>])"


def _up_to_end(names: str) -> bytes:
    """Return a pattern for elements of any of `names`, from behind the < up to the end tag."""
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
"""A start tag with too many attributes, from behind the < on."""
START = re.compile(rb"<[a-zA-Z!?]")
TOKEN = re.compile(
    # No tag is inside a script, a comment or a broken tag.
    rb"<(?:" + _RAW + rb"|!--(?!-?>)[^-]*+(?:-(?!-!?>)[^-]*+)*+|(?:[!?]|/[^a-zA-Z>])[^>]*+"
    rb"|(?:path|circle|rect|line|poly(?:gon|line)|ellipse|use|stop)\b[^<>]*/>"  # shapes in icons
    rb"|(/?" + _NAME + rb")" + _ATTRIBUTE + rb"{0,%d}+)" % (MAX_ATTRIBUTES + 1)
)
"""Group 1 is the name of a tag, with the slash of an end tag."""
# Raw text of HTML is markup inside svg and math.
_FOREIGN_PART = re.compile(rb"<(?:" + _up_to_end("svg math") + rb")")
_RAW_PART = re.compile(rb"<(?:" + _RAW + rb")")
_PLAIN_RAW_PART = re.compile(rb"<(?:" + _up_to_end(_PLAIN_RAW) + rb")")


def _tags(names: str, mark: bytes = b"") -> frozenset[bytes]:
    return frozenset(mark + name for name in names.encode().split())


# Never open for long: void, or closed by the next sibling.
_FLAT = (
    "area base br col embed hr img input link meta param source track wbr frame "
    "p li option tr td th tbody thead tfoot colgroup"
)
_FLAT_TAGS = _tags(_FLAT) | _tags(_FLAT, b"/") | _tags("script " + _PLAIN_RAW, b"/")
_FORMATTING_ENDS = _tags(f"a {FORMATTING}", b"/")
# An end tag does not close elements outside these.
_BARRIERS = _tags("applet button marquee math object select svg table template", b"/")
_BLOCKS = _BARRIERS | _tags(
    "address article aside blockquote center dd details dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup iframe listing main menu nav noscript ol pre "
    "search section summary ul",
    b"/",
)
_BARRED = frozenset(tag + b" " for tag in _BARRIERS)  # the form among the open elements
_LIMITS = _BARRED | _BLOCKS
_FOREIGN = _tags("svg math /svg /math")
_FOREIGN_ROOTS = (b"/svg ", b"/math ")  # nothing is flat inside of these
# A block or formatting inside ends these before the end tag.
_BRITTLE = frozenset({*_FOREIGN_ROOTS, b"/select "})
_USUAL = {tag[1:]: tag for tag in (_BLOCKS | _tags("span label", b"/")) - _BARRIERS}
_REACH = 2  # blocks; an end tag of formatting is sure to reach through so many


class _Formatting(NamedTuple):
    """A formatting element: a parser reopens the element in every block up to the end tag."""

    end: bytes
    height: int  # how many other elements are open around it


_BARRIER = _Formatting(b"", 0)
_NOTHING: frozenset[bytes] = frozenset()


def follow(body: bytes, most: int) -> None:
    """Follow all tags of `body`.

    :raises Rejected: `too_deep` over `most` open elements, `too_many_nodes` over MAX_ATTRIBUTES.
    """
    _OpenElements(most - _count_hidden(body)).follow(TOKEN.finditer(body))


def _count_hidden(body: bytes) -> int:
    """Return the number of start tags in doubtful raw text: so many elements may be open unseen."""
    foreign = [match[0] for match in _FOREIGN_PART.finditer(body)]
    if not foreign:
        return 0
    raw = [part for span in foreign for part in _RAW_PART.findall(span)]
    raw += _PLAIN_RAW_PART.findall(body)
    return sum(len(START.findall(part, 1)) for part in raw)


class _OpenElements:
    """The open elements and the open formatting at a place in the page."""

    def __init__(self, most: int) -> None:
        self._most = most + 1
        self._stack = [b"-"]  # end tags of the open elements
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
        """Take a formatting tag, a rare tag, or an end tag out of turn."""
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
        """Close the last formatting element with the end tag `end`, if that is sure to close."""
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
        """Close the element at `position`, and all inside where a parser does so too."""
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
        """Return whether a block or formatting inside ends the element at `position`."""
        blocks = any(tag in _BLOCKS for tag in self._stack[position + 1 :])
        return blocks or any(element.height > position for element in self._formatting)

    def _sink(self) -> None:
        """Keep formatting open that was open inside an element when that element ended."""
        height = len(self._stack)
        self._toil += len(self._formatting)
        self._formatting[:] = [
            element if element.height <= height else element._replace(height=height)
            for element in self._formatting
        ]
