"""Stories depend on what the dataset holds, and on nothing else."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import Mock, patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.state.database import FILE
from crawler.state.index import open_index
from crawler.state.regroup import rewrite_clusters
from crawler.state.schema import MIGRATIONS
from crawler.state.stories import index, neighbours
from crawler.state.stories.founders import founders
from crawler.state.stories.index import DAYS, Stories
from output.compaction import compact
from output.stories import stories as stories_of
from output.writer import Writer
from tests.datasets import NOON, row
from tests.state.stories import look_alikes, texts, told_again

if TYPE_CHECKING:
    from collections.abc import Iterable

OUTLETS = ("antara", "kontan", "tirto")


def capture(number: int, text: int, hours: float, outlet: str = "kontan", version: int = 0) -> dict:
    """Article `number` as the judged text of that number, published so many hours after noon."""
    moment = NOON + timedelta(hours=hours)
    return row(
        number,
        outlet,
        title=f"Judul {number}",
        paragraphs=list(texts()[text].paragraphs),
        published_at=moment,
        fetched_at=moment + timedelta(hours=1 + version),
    )


def write(folder: Path, run: str, rows: Iterable[dict]) -> None:
    writer = Writer(folder, run)
    for one in rows:
        writer.write("articles", one["article_id"].partition(":")[0], one)
    writer.flush()


def groups(folder: Path) -> list[tuple[str, str]]:
    with open_index(folder, folder) as state:
        stories = Stories(state.db, state.root)
        stories.catch_up()
        return list(stories.all())


def story_of(number: int) -> list[int]:
    """The places, among all judged texts, of a story's texts."""
    return [place for place, text in enumerate(texts()) if text.story == number]


def test_the_judged_texts_are_grouped_as_they_should(tmp_path):
    """All are stored at once, each so many hours after its story's first text as the text says."""
    rows = {}
    for number, text in enumerate(texts()):
        one = capture(number, number, text.hours, OUTLETS[number % 3])
        rows[one["article_id"]] = (one, text)
    write(tmp_path, "run-1", [one for one, _ in rows.values()])
    clusters = dict(groups(tmp_path))
    together = 0
    for (one, (_, text)), (other, (_, second)) in combinations(rows.items(), 2):
        same = clusters[one] == clusters[other]
        assert not same or text.story == second.story, (text.title, second.title)
        together += same
    wanted = sum(len(group) * (len(group) - 1) // 2 for group in told_again())
    assert together >= 0.9 * wanted


arrivals = st.lists(
    st.builds(
        capture,
        st.integers(1, 12),
        st.sampled_from(story_of(0) + story_of(3) + story_of(9) + story_of(1006) + story_of(1027)),
        st.floats(0, 150),
        st.sampled_from(OUTLETS),
        st.integers(0, 3),
    ),
    min_size=2,
    max_size=12,
    unique_by=(  # a crawl stores no content twice
        lambda one: (one["article_id"], one["fetched_at"]),
        lambda one: (one["article_id"], one["content_hash"]),
    ),
)


crowds = st.sampled_from([1, 2, neighbours.CROWD])
"""Values of CROWD: with a small value a handful of articles is a crowd."""


@settings(max_examples=25, deadline=None)
@given(st.data(), arrivals, crowds)
def test_the_order_of_arrival_changes_nothing(data, rows, crowd):
    order = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows)), max_size=4)) | {len(rows)})
    folders = TemporaryDirectory(), TemporaryDirectory()
    with patch.object(neighbours, "CROWD", crowd), folders[0] as at_once, folders[1] as bit_by_bit:
        write(Path(at_once), "run-1", rows)
        expected = groups(Path(at_once))
        before = 0
        for number, cut in enumerate(cuts):
            write(Path(bit_by_bit), f"run-{number}", order[before:cut])
            groups(Path(bit_by_bit))
            before = cut
        assert groups(Path(bit_by_bit)) == expected
        compact(bit_by_bit)
        assert groups(Path(bit_by_bit)) == expected
        assert groups(Path(bit_by_bit)) == expected


@settings(max_examples=25, deadline=None)
@given(st.data(), arrivals, crowds)
def test_files_that_vanish_take_their_texts_along(data, rows, crowd):
    rows = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(1, len(rows) - 1))
    folders = TemporaryDirectory(), TemporaryDirectory()
    with patch.object(neighbours, "CROWD", crowd), folders[0] as kept, folders[1] as folder:
        write(Path(kept), "run-1", rows[:cut])
        write(Path(folder), "run-1", rows[:cut])
        write(Path(folder), "run-2", rows[cut:])
        groups(Path(folder))
        for path in Path(folder).rglob("run-2-*.parquet"):
            path.unlink()
        assert groups(Path(folder)) == groups(Path(kept))


def test_a_story_has_the_id_of_its_earliest_article(tmp_path):
    first, copy, trimmed = story_of(0)[:3]
    write(tmp_path, "run-1", [capture(1, copy, 2), capture(2, trimmed, 5, "tirto")])
    assert groups(tmp_path) == [("kontan:1", "kontan:1"), ("tirto:2", "kontan:1")]
    write(tmp_path, "run-2", [capture(3, first, 0, "antara")])
    assert {cluster for _, cluster in groups(tmp_path)} == {"antara:3"}


def test_a_repost_in_one_outlet_is_the_same_story(tmp_path):
    first, copy, *_ = story_of(0)
    write(tmp_path, "run-1", [capture(1, first, 0), capture(2, copy, 30)])
    assert dict(groups(tmp_path)) == {"kontan:1": "kontan:1", "kontan:2": "kontan:1"}


def test_a_copy_that_comes_much_later_is_another_story(tmp_path):
    first, copy, *_ = story_of(0)
    late = DAYS / timedelta(hours=1) + 1
    write(tmp_path, "run-1", [capture(1, first, 0), capture(2, copy, late)])
    assert dict(groups(tmp_path)) == {"kontan:1": "kontan:1", "kontan:2": "kontan:2"}


def test_an_article_without_a_time_of_publication_counts_by_its_download(tmp_path):
    first, copy, *_ = story_of(0)
    undated = capture(2, copy, 3) | {"published_at": None}
    write(tmp_path, "run-1", [capture(1, first, 0), undated])
    assert dict(groups(tmp_path))["kontan:2"] == "kontan:1"


def test_a_story_follows_the_last_capture_of_an_article(tmp_path):
    first, copy, *_ = story_of(0)
    other = story_of(3)[0]
    write(tmp_path, "run-1", [capture(1, first, 0), capture(2, copy, 3)])
    assert dict(groups(tmp_path))["kontan:2"] == "kontan:1"
    write(tmp_path, "run-2", [capture(2, other, 3, version=1)])
    assert dict(groups(tmp_path))["kontan:2"] == "kontan:2"


def test_a_text_too_short_to_compare_is_alone(tmp_path):
    brief = [row(n, paragraphs=["Server Obrolin pulih."]) for n in (1, 2)]
    write(tmp_path, "run-1", brief)
    assert groups(tmp_path) == [("kontan:1", "kontan:1"), ("kontan:2", "kontan:2")]


def test_a_review_of_the_week_does_not_join_what_it_repeats(tmp_path):
    [items] = [group for group in look_alikes() if group[0].kind == "round_up"]
    first, second = (list(text.paragraphs) for text in items[:2])
    review = row(3, paragraphs=["Terpopuler pekan ini.", *first, *second])
    pages = [row(1, paragraphs=first), row(2, paragraphs=second)]
    for order in ([*pages, review], [review, *pages]):
        rows = [one | {"published_at": NOON + timedelta(hours=n)} for n, one in enumerate(order)]
        with TemporaryDirectory() as folder:
            write(Path(folder), "run-1", rows)
            clusters = dict(groups(Path(folder)))
        assert clusters["kontan:1"] != clusters["kontan:2"]


def test_updates_of_updates_do_not_make_one_story_of_all():
    chain = {n: [m for m in (n - 1, n + 1) if 0 <= m < 6] for n in range(6)}
    assert founders(range(6), chain) == {0: 0, 1: 0, 2: 2, 3: 2, 4: 4, 5: 4}


def test_a_text_joins_the_story_with_most_of_its_copies():
    copies = defaultdict(list, {3: [0, 1, 2], 1: [0], 0: [1, 3], 2: [3]})
    assert founders(range(4), copies) == {0: 0, 1: 0, 2: 2, 3: 0}


def test_stories_that_began_apart_are_joined():
    """The first two share little; all others are copies of both."""
    everybody = {n: [m for m in range(8) if m != n] for n in range(8)}
    everybody[0].remove(2)
    everybody[2].remove(0)
    copies = everybody | {
        1: [n for n in everybody[1] if n != 3],
        3: [n for n in everybody[3] if n != 1],
    }
    assert set(founders(range(8), copies).values()) == {0}


# -- crowds


@pytest.mark.parametrize(("changed", "arrival"), [(0, 1), (1, -1), (60, 7)])
def test_a_crowd_is_not_compared_pair_by_pair(tmp_path, monkeypatch, changed, arrival):
    """2,000 texts of which so many words differ, half of them published in the same minute."""
    count, words = 2000, [f"kata{n}" for n in range(60)]
    rng = Random(5)
    rows = []
    for number in range(count):
        told = [f"{rng.random()}" if n < changed and not n % 5 else w for n, w in enumerate(words)]
        moment = NOON + timedelta(minutes=max(0, number - count // 2))
        rows.append(row(number, paragraphs=[" ".join(told)], published_at=moment))
    monkeypatch.setattr(neighbours, "CROWD", 5)
    monkeypatch.setattr(index, "are_copies", made := Mock(wraps=index.are_copies))
    write(tmp_path, "run-1", [rows[n * arrival % count] for n in range(count)])
    clusters = {cluster for _, cluster in groups(tmp_path)}
    assert made.call_count < count * count / 20
    assert len(clusters) == (count if changed == 60 else 1)


# -- what a crawl asks


NO_HASH = "00" * 32


def asked_for(stories: Stories, new: dict) -> str:
    return stories.story_of(
        new["article_id"], new["content_hash"], new["body"], new["published_at"]
    )


def asked(folder: Path, number: int, text: int, hours: float) -> str:
    with open_index(folder, folder) as state:
        moment = NOON + timedelta(hours=hours)
        return Stories(state.db, state.root).story_of(
            f"kontan:{number}", NO_HASH, texts()[text].body, moment
        )


def test_a_new_article_is_told_its_group(tmp_path):
    first, copy, *_ = story_of(0)
    write(tmp_path, "run-1", [capture(1, first, 0, "antara"), capture(2, story_of(3)[0], 1)])
    assert asked(tmp_path, 9, copy, 2) == "antara:1"
    assert asked(tmp_path, 9, story_of(9)[0], 2) == "kontan:9"
    assert asked(tmp_path, 9, copy, -2) == "kontan:9"  # it is the earliest itself


def test_asking_for_a_story_leaves_no_trace(tmp_path):
    first, copy, *_ = story_of(0)
    write(tmp_path, "run-1", [capture(1, first, 0, "antara")])
    asked(tmp_path, 9, copy, 2)
    assert groups(tmp_path) == [("antara:1", "antara:1")]


def test_a_revision_is_grouped_by_what_it_says_now(tmp_path):
    first, copy, trimmed, *_ = story_of(0)
    rows = [capture(1, first, 0, "antara"), capture(9, story_of(3)[0], 1), capture(3, trimmed, 2)]
    write(tmp_path, "run-1", rows)
    assert asked(tmp_path, 9, copy, 1) == "antara:1"
    assert asked(tmp_path, 1, story_of(3)[0], 0) == "kontan:1"


@settings(max_examples=20, deadline=None)
@given(arrivals)
def test_a_crawl_is_told_what_compact_finds(rows):
    """As long as no other article is stored meanwhile."""
    *known, new = rows
    known = [one for one in known if one["article_id"] != new["article_id"]]
    with TemporaryDirectory() as folder:
        write(Path(folder), "run-1", known)
        with open_index(folder, folder) as state:
            stories = Stories(state.db, state.root)
            told = asked_for(stories, new)
        write(Path(folder), "run-2", [new])
        assert dict(groups(Path(folder)))[new["article_id"]] == told


@settings(max_examples=20, deadline=None)
@given(arrivals)
def test_texts_that_a_crawl_asked_about_are_grouped_as_those_read_from_its_parts(rows):
    rows = [*{one["article_id"]: one for one in rows}.values()]
    with TemporaryDirectory() as folder, TemporaryDirectory() as other:
        write(Path(folder), "run-1", rows)
        write(Path(other), "run-1", rows)
        with open_index(folder, folder) as state:
            stories = Stories(state.db, state.root)
            stories.catch_up()
            state.db.execute("UPDATE parts SET is_read = 0")
            for one in rows:
                asked_for(stories, one)
            with patch.object(index, "read", Mock(side_effect=AssertionError)):
                stories.catch_up()
        assert groups(Path(folder)) == groups(Path(other))


def test_a_crawl_reads_only_the_months_around_its_articles(tmp_path):
    rows = [capture(n, n, 24 * 40 * n) for n in range(1, 4)]
    write(tmp_path, "run-1", rows)
    asked(tmp_path, 9, 0, 24 * 40)
    with open_index(tmp_path, tmp_path) as state:
        assert state.db.execute("SELECT article_id FROM texts").fetchall() == [("kontan:1",)]


# -- the index


def test_a_lost_state_is_rebuilt(tmp_path):
    rows = [capture(n, n, n / 10, OUTLETS[n % 3]) for n in range(20)]
    write(tmp_path, "run-1", rows)
    before = groups(tmp_path)
    (tmp_path / FILE).unlink()
    assert groups(tmp_path) == before


def test_another_reader_reads_all_texts_again(tmp_path, monkeypatch):
    first, copy, *_ = story_of(0)
    write(tmp_path, "run-1", [capture(1, first, 0), capture(2, copy, 3)])
    before = groups(tmp_path)
    monkeypatch.setattr(index, "READ_BY", "another")
    with open_index(tmp_path, tmp_path) as state:
        state.db.execute("DELETE FROM copies")
    assert groups(tmp_path) == before


def test_the_state_of_an_older_version_is_filled(tmp_path):
    first, copy, *_ = story_of(0)
    write(tmp_path, "run-1", [capture(1, first, 0), capture(2, copy, 3)])
    with open_index(tmp_path, tmp_path) as state:
        parts = state.db.execute("SELECT id, path FROM parts").fetchall()
        captures = state.db.execute(
            """SELECT part, article_id, fetched_at, version, content_hash, published_at
            FROM captures"""
        ).fetchall()
    (tmp_path / FILE).unlink()
    old = sqlite3.connect(tmp_path / FILE)
    old.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
    old.executemany("INSERT INTO parts VALUES (?, ?)", parts)
    old.executemany("INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?)", captures)
    old.commit()
    old.close()
    assert dict(groups(tmp_path))["kontan:2"] == "kontan:1"


def test_a_text_is_not_read_twice(tmp_path, monkeypatch):
    write(tmp_path, "run-1", [capture(1, 0, 0)])
    write(tmp_path, "run-2", [capture(2, 5, 0)])
    groups(tmp_path)
    monkeypatch.setattr(Stories, "_put", pytest.fail)
    compact(tmp_path)
    assert len(groups(tmp_path)) == 2


def test_a_file_that_is_gone_does_no_harm(tmp_path, caplog):
    write(tmp_path, "run-1", [capture(1, 0, 0)])
    with open_index(tmp_path, tmp_path) as state:
        [part] = tmp_path.rglob("run-1-*.parquet")
        part.unlink()
        Stories(state.db, state.root).catch_up()
    assert "cannot read the texts" in caplog.text
    assert groups(tmp_path) == []


# -- the table


def test_clusters_are_rewritten_from_the_stories(tmp_path):
    first, copy, *_ = story_of(0)
    write(
        tmp_path,
        "run-1",
        [capture(1, first, 0, "antara"), capture(2, copy, 2), capture(3, story_of(3)[0], 1)],
    )
    with open_index(tmp_path, tmp_path) as state:
        assert rewrite_clusters(state) == (3, 2)
    told = stories_of(tmp_path).to_pylist()
    assert [story["article_ids"] for story in told] == [["antara:1", "kontan:2"], ["kontan:3"]]
    assert told[0]["outlets"] == ["antara", "kontan"]
    assert told[0]["cluster_id"] == "antara:1" and told[0]["title"] == "Judul 1"


def test_an_empty_dataset_gets_no_table(tmp_path):
    with open_index(tmp_path, tmp_path) as state:
        assert rewrite_clusters(state) == (0, 0)
    assert not (tmp_path / "clusters").exists()
    assert stories_of(tmp_path).num_rows == 0
