"""Articles that a task holds back until all its pages are read, since they may be a wall's."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.walls import ALIKE, shared_text
from crawler.state.suspects import digest_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.items import Article
    from output.schema import Row


class Held(NamedTuple):
    """An article, and the row of the same capture that the dataset has; None without one."""

    article: Article
    row: Row | None


class HeldBack:
    """Articles by outlet and text, of those that are not about their own addresses.

    :param evidence: of the dataset's rejects for the same reason: texts that are known for walls
    """

    def __init__(self, evidence: Iterable[str]) -> None:
        self._known = set(filter(None, map(digest_in, evidence)))
        self._held: dict[tuple[str, bytes], list[Held]] = defaultdict(list)

    def takes(self, article: Article, row: Row | None) -> bool:
        """Hold `article` back if its text may be a wall's; return False for any other."""
        stated = (article.title, article.description)
        text = shared_text(article.url, stated, article.listed_title, article.paragraphs)
        if text is None:
            return False
        article.blocks = []  # which weigh most, and are read no more
        self._held[article.outlet, text.digest].append(Held(article, row))
        return True

    def judged(self) -> Iterator[tuple[Held, bool]]:
        """Yield each article, and whether its text is a wall's."""
        for (_, digest), held in self._held.items():
            ids = {each.article.article_id for each in held}
            is_wall = digest in self._known or len(ids) >= ALIKE
            yield from ((each, is_wall) for each in held)
