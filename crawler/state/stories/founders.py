"""The founder of each text's story: the first text of those that tell the story.

Texts come in the order of their publication. Each joins the story of which it is a copy of more
than half, or founds a story. So the same texts give the same stories in whatever order they were
stored, and neither a review of the week nor a chain of updates makes one story of two. In a crowd
(see `neighbours`) each text knows its neighbours only: half of `CROWD` are enough there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crawler.state.stories import neighbours

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Copies = Mapping[int, Collection[int]]


def founders(ordered: Iterable[int], copies: Copies) -> dict[int, int]:
    """Return the founder of the story of each text, by the texts' numbers.

    Each text joins the story that holds most of its copies, if these are more than half of the
    story. Then stories are joined as long as more than half of the pairs between two are copies:
    the first texts that came may have been those that share least. Of a story larger than a crowd
    each text is taken to know `CROWD`.
    """
    founder: dict[int, int] = {}
    members: Counter[int] = Counter()
    place = {text: number for number, text in enumerate(ordered)}
    for text in place:
        shared = Counter(founder[other] for other in copies[text] if other in founder)
        joined = [
            story
            for story, count in shared.items()
            if 2 * count > min(members[story], neighbours.CROWD)
        ]
        founder[text] = max(joined, key=lambda story: (shared[story], -place[story]), default=text)
        members[founder[text]] += 1
    while joins := _joins(founder, members, place, copies):
        founder = {text: joins.get(story, story) for text, story in founder.items()}
        members = Counter(founder.values())
    return founder


def _joins(
    founder: Mapping[int, int], members: Mapping[int, int], place: Mapping[int, int], copies: Copies
) -> dict[int, int]:
    """Return stories and the earlier stories that they join; none takes part in two joins."""
    between = Counter(
        (place[founder[text]], place[founder[other]], founder[text], founder[other])
        for text in place
        for other in copies[text]
        if place[founder[text]] < place[founder[other]]
    )
    joins: dict[int, int] = {}
    taken: set[int] = set()
    for (*_, earlier, later), count in sorted(between.items()):
        smaller, larger = sorted((members[earlier], members[later]))
        enough = 2 * count > smaller * min(larger, neighbours.CROWD)
        if enough and not taken & {earlier, later}:
            joins[later] = earlier
            taken |= {earlier, later}
    return joins
