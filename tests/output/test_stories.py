from __future__ import annotations

import shutil
from datetime import timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from output import clock
from output.filesystem import Root
from output.stories import credit, publish, remove, stories
from output.verification import verify
from output.views import SQL, has_clusters, open_clusters
from tests.datasets import NOON, row, write

GROUPS = [("kontan:1", "kontan:1"), ("tirto:2", "kontan:1"), ("kontan:3", "kontan:3")]


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path, kontan=[row(1), row(3)], tirto=[row(2, "tirto")])


def table(folder):
    return open_clusters(Root(folder)).to_table().to_pylist()


def files(folder):
    return sorted(path.name for path in (folder / "clusters").iterdir())


def test_clusters_is_a_single_file_with_its_own_schema(folder):
    assert not has_clusters(folder)
    publish(folder, GROUPS)
    assert has_clusters(folder)
    assert table(folder)[1]["article_id"] == "tirto:2"
    assert table(folder)[1]["cluster_id"] == "kontan:1"
    [name] = files(folder)
    schema = pq.read_schema(folder / "clusters" / name)
    assert schema.metadata[b"wartatek.table"] == b"clusters"
    assert verify(folder) == []


def test_an_unchanged_clusters_table_is_not_written_again(folder):
    publish(folder, GROUPS)
    before = files(folder)
    publish(folder, iter(GROUPS))
    assert files(folder) == before


def test_a_new_clusters_table_takes_the_old_ones_place(folder):
    publish(folder, GROUPS)
    before = files(folder)
    publish(folder, [(article, article) for article, _ in GROUPS])
    assert [one["cluster_id"] for one in table(folder)] == ["kontan:1", "tirto:2", "kontan:3"]
    assert files(folder) == before  # a reader that has listed the old file finds the new


def test_older_clusters_files_of_the_first_version_leave_at_once(folder):
    publish(folder, GROUPS)
    [name] = files(folder)
    shutil.copy(folder / "clusters" / name, folder / "clusters/20200101T000000.000000Z.parquet")
    publish(folder, GROUPS)
    assert len(files(folder)) == 1
    assert len(table(folder)) == 3


def test_a_damaged_clusters_table_is_rewritten(folder):
    publish(folder, GROUPS)
    [name] = files(folder)
    (folder / "clusters" / name).write_bytes(b"PAR1")
    publish(folder, GROUPS)
    assert len(table(folder)) == 3


def test_stories_name_the_outlets_that_carried_them(folder):
    publish(folder, GROUPS)
    last, first = stories(folder).to_pylist()
    assert last["cluster_id"] == "kontan:3" and last["articles"] == 1
    assert first == {
        "cluster_id": "kontan:1",
        "title": "Berita nomor 1",
        "published_at": NOON + timedelta(minutes=1),
        "last_published_at": NOON + timedelta(minutes=2),
        "outlets": ["kontan", "tirto"],
        "articles": 2,
        "article_ids": ["kontan:1", "tirto:2"],
        "wire": [],
    }


def test_without_clusters_the_cluster_id_of_articles_counts(tmp_path):
    rows = [row(1), row(2, cluster_id="kontan:1"), row(3)]
    write(tmp_path, kontan=rows)
    told = {story["cluster_id"]: story["articles"] for story in stories(tmp_path).to_pylist()}
    assert told == {"kontan:1": 2, "kontan:3": 1}


def test_a_removed_article_is_in_no_clusters_file(folder):
    publish(folder, GROUPS[:2])
    publish(folder, GROUPS)
    remove(Root(folder), "kontan:3")
    assert len(files(folder)) == 1
    assert [one["article_id"] for one in table(folder)] == ["kontan:1", "tirto:2"]


def test_a_story_takes_the_id_of_its_next_article(folder):
    publish(folder, [*GROUPS, ("tirto:4", "kontan:1")])
    remove(Root(folder), "kontan:1")
    told = {one["article_id"]: one["cluster_id"] for one in table(folder)}
    assert told == {"tirto:2": "tirto:2", "kontan:3": "kontan:3", "tirto:4": "tirto:2"}


def test_an_article_that_only_an_older_clusters_file_names_is_removed(folder):
    publish(folder, GROUPS)
    publish(folder, GROUPS[:2])
    remove(Root(folder), "kontan:3")
    [name] = files(folder)
    assert pq.read_table(folder / "clusters" / name)["article_id"].to_pylist() == [
        "kontan:1",
        "tirto:2",
    ]


def test_removing_the_only_article_leaves_an_empty_clusters_table(folder):
    publish(folder, [("kontan:1", "kontan:1")])
    remove(Root(folder), "kontan:1")
    assert len(files(folder)) == 1
    assert table(folder) == []
    assert not has_clusters(folder)
    remove(Root(folder), "kontan:1")


@pytest.mark.parametrize(
    ("groups", "what"),
    [
        ([*GROUPS, GROUPS[0]], "names an article twice"),
        ([("kontan:1", "tirto:2"), ("tirto:2", "kontan:1")], "2 articles are in clusters without"),
        ([*GROUPS, ("tirto:9", "tirto:9")], "names 1 articles that are not stored"),
    ],
)
def test_verify_finds_problems_of_clusters(folder, groups, what):
    publish(folder, groups)
    [finding] = verify(folder)
    assert what in finding.what


def test_verify_finds_foreign_files_in_clusters(folder):
    (folder / "clusters").mkdir()
    pq.write_table(pa.table({"title": ["Harga cabai"]}), folder / "clusters/other.parquet")
    [finding] = verify(folder)
    assert finding == ("clusters/other.parquet", "not written as clusters")
    (folder / "clusters/other.parquet").write_bytes(b"PAR1")
    [finding] = verify(folder)
    assert finding.what.startswith("unreadable")


def test_clusters_says_when_stories_were_grouped(folder):
    before = clock.now()
    publish(folder, GROUPS)
    assert before <= table(folder)[0]["as_of"] <= clock.now()


def wires(folder):
    return {one["article_id"]: one["wire"] for one in table(folder)}


def told_wires(folder):
    return {one["cluster_id"]: one["wire"] for one in stories(folder).to_pylist()}


@pytest.fixture
def credited(tmp_path):
    """kontan:1 and two copies, of which two name agencies, and kontan:3 that nobody copied."""
    named = row(2, "tirto", agencies=["Reuters", "Antara"])
    write(tmp_path, kontan=[row(1, agencies=["Antara"]), row(3)], tirto=[named, row(4, "tirto")])
    publish(tmp_path, [*GROUPS[:2], ("kontan:3", "kontan:3"), ("tirto:4", "kontan:1")])
    return tmp_path


def test_an_agency_that_any_copy_names_is_the_wire_of_all(credited):
    both = ["Antara", "Reuters"]
    assert wires(credited) == {"kontan:1": both, "tirto:2": both, "tirto:4": both, "kontan:3": []}
    assert told_wires(credited) == {"kontan:1": both, "kontan:3": []}
    assert verify(credited) == []


def test_of_an_article_the_last_capture_says_the_wire(credited):
    later = {"fetched_at": NOON + timedelta(days=1), "agencies": []}
    write(credited, tirto=[row(2, "tirto", title="Judul lain", **later)])
    credit(credited)
    assert {*map(tuple, wires(credited).values())} == {("Antara",), ()}


def test_the_wire_leaves_with_the_only_article_that_named_it(credited):
    shutil.rmtree(credited / "articles/outlet=tirto")
    write(credited, tirto=[row(4, "tirto")])
    remove(Root(credited), "tirto:2")
    assert wires(credited) == {"kontan:1": ["Antara"], "kontan:3": [], "tirto:4": ["Antara"]}
    shutil.rmtree(credited / "articles/outlet=kontan")
    write(credited, kontan=[row(3)])
    remove(Root(credited), "kontan:1")
    assert wires(credited) == {"kontan:3": [], "tirto:4": []}
    assert verify(credited) == []


def test_a_clusters_file_that_is_older_than_the_wire_is_read_as_null(credited):
    [name] = files(credited)
    path = credited / "clusters" / name
    pq.write_table(pq.read_table(path).drop_columns(["wire"]), path)
    assert {*wires(credited).values()} == {None}
    assert told_wires(credited) == {"kontan:1": None, "kontan:3": None}
    code = (SQL / "views.sql").read_text() + (SQL / "stories.sql").read_text()
    with duckdb.connect() as plain:
        plain.execute(code.replace("output/data", str(credited)))
        told = dict(plain.sql("SELECT cluster_id, wire FROM stories").fetchall())
    assert told == {"kontan:1": None, "kontan:3": None}
    assert verify(credited) == []
    remove(Root(credited), "kontan:3")
    credit(credited)
    assert told_wires(credited)["kontan:1"] == ["Antara", "Reuters"]


@pytest.mark.parametrize("wire", [["Antara"], [], ["Antara", "Reuters", "AFP"]])
def test_verify_finds_a_wire_that_the_articles_do_not_have(credited, wire):
    [name] = files(credited)
    path = credited / "clusters" / name
    held = pq.read_table(path)
    wrong = [wire if one["article_id"] == "tirto:4" else one["wire"] for one in held.to_pylist()]
    place = held.schema.get_field_index("wire")
    column = pa.array(wrong, held.schema.field("wire").type)
    pq.write_table(held.set_column(place, held.schema.field("wire"), column), path)
    [finding] = verify(credited)
    assert finding.what == "1 stories have another wire than their articles: run `scrapy compact`"
    credit(credited)
    assert verify(credited) == []


def test_what_was_fetched_after_the_grouping_is_no_wrong_wire(credited):
    later = clock.now() + timedelta(hours=1)
    write(credited, kontan=[row(3, title="Judul lain", fetched_at=later, agencies=["AFP"])])
    assert verify(credited) == []


def test_a_damaged_file_of_an_outlet_makes_the_wire_of_its_stories_unknown(credited, caplog):
    [part] = (credited / "articles/outlet=tirto").rglob("*.parquet")
    kept = part.read_bytes()
    part.write_bytes(b"PAR1 no Parquet PAR1")
    groups = [*GROUPS[:2], ("kontan:3", "kontan:3"), ("tirto:4", "kontan:1")]
    publish(credited, groups)
    assert wires(credited) == dict.fromkeys(("kontan:1", "tirto:2", "tirto:4")) | {"kontan:3": []}
    assert "the agencies of tirto cannot be read" in caplog.text
    part.write_bytes(kept)
    publish(credited, groups)
    assert wires(credited)["tirto:4"] == ["Antara", "Reuters"]


def test_a_damaged_table_is_left_to_the_next_grouping(credited):
    [name] = files(credited)
    (credited / "clusters" / name).write_bytes(b"PAR1")
    credit(credited)
    assert (credited / "clusters" / name).read_bytes() == b"PAR1"
