"""The front door for programs: exact rows, of the columns and files asked for; clear errors."""

from __future__ import annotations

import shutil
import tarfile
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from output import api, schema
from output.dataset import latest, read
from tests.datasets import row, run, write, write_clusters
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EDITED = row(1, title="Berita diralat", fetched_at=row(1)["fetched_at"] + timedelta(days=1))
OLDER = datetime(2025, 12, 31, 17, tzinfo=UTC)
"""Midnight in WIB, in which the year 2026 begins."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five captures of four articles: kontan:1, edited later and copied by tirto, and two more."""
    place = tmp_path_factory.mktemp("api") / "data"
    ai = row(2, topics=["ai"], word_count=900, published_at=OLDER)
    write(place, kontan=[row(1), ai, EDITED], tirto=[row(3, "tirto"), row(4, "tirto")])
    write_clusters(place, {"kontan:1": ["kontan:1", "tirto:3"]})
    return place


def titles(table: pa.Table) -> list[str]:
    return sorted(table["title"].to_pylist())


def test_latest_is_that_of_the_reader_of_datasets(folder):
    ours, theirs = api.latest(folder), latest(folder)
    assert ours.schema.equals(theirs.schema)
    by = [("article_id", "ascending")]
    assert ours.sort_by(by).to_pylist() == theirs.sort_by(by).to_pylist()
    assert set(ours["cluster_id"].to_pylist()) == {"kontan:1", None}


def test_captures_hold_an_edited_article_twice(folder):
    dataset = api.open_dataset(folder)
    assert len(dataset.captures()) == len(read(folder)) == 5
    assert titles(dataset.captures(columns=["title"], filter=[("article_id", "==", "kontan:1")])) \
        == ["Berita diralat", "Berita nomor 1"]  # fmt: skip


def test_a_filter_never_brings_an_older_capture_back(folder):
    is_older = pc.field("title") == "Berita nomor 1"
    assert not len(api.latest(folder, filter=is_older))
    assert len(api.open_dataset(folder).captures(filter=is_older)) == 1


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"outlets": "tirto"}, [3, 4]),
        ({"outlets": ["tirto", "kontan"], "topic": "ai"}, [2]),
        ({"until": "2025-12-31"}, []),
        ({"until": date(2026, 1, 1)}, [2]),
        ({"since": "2026-01-02", "outlets": ["tirto"]}, [3, 4]),
        ({"filter": [("word_count", ">", 500)]}, [2]),
        ({"filter": [[("word_count", ">", 500)], [("url", "in", ["https://x"])]]}, [2]),
        ({"filter": pc.field("outlet") == "tirto"}, [3, 4]),
        ({"filter": pc.field("cluster_id") == "kontan:1", "outlets": "tirto"}, [3]),
    ],
)
def test_rows_are_chosen_by_outlet_day_topic_and_filter(folder, chosen: dict[str, Any], found):
    wanted = [f"Berita nomor {number}" for number in found]
    assert titles(api.latest(folder, columns=["title"], **chosen)) == wanted
    stream = api.open_dataset(folder).batches(columns=["title"], **chosen)
    assert titles(stream.read_all()) == wanted


def test_columns_are_given_in_their_order_and_completed_from_columns_not_asked_for(folder):
    found = api.latest(folder, columns=["month", "kinds", "url"], topic="ai")
    assert found.column_names == ["month", "kinds", "url"]
    assert found.to_pylist() == [
        {"month": "2026-01", "kinds": ["paragraph"] * 2, "url": "https://contoh.example/2"}
    ]
    assert len(api.latest(folder, columns=[])) == 4


def test_columns_and_months_not_asked_for_are_not_read(tmp_path):
    """A damaged month or column would be met: the bytes of a column chunk are overwritten."""
    write(tmp_path, kontan=[row(1), row(2, published_at=datetime(2024, 5, 6, tzinfo=UTC))])
    [old] = tmp_path.glob("articles/*/month=2024-05/*.parquet")
    chunks = pq.read_metadata(old).row_group(0)
    [body] = [
        chunk
        for chunk in map(chunks.column, range(chunks.num_columns))
        if chunk.path_in_schema == "body"
    ]
    with old.open("r+b") as file:
        file.seek(body.data_page_offset)
        file.write(b"\xff" * 8)
    with pytest.raises(OSError, match=r"."):
        api.latest(tmp_path, columns=["body"])
    assert len(api.latest(tmp_path, columns=["title"])) == 2
    assert len(api.latest(tmp_path, columns=["body"], since="2026-01-01")) == 1


def test_pandas_and_polars_take_the_table(folder):
    found = api.latest(folder, columns=["article_id", "published_at"])
    assert set(found.to_pandas()["article_id"]) == set(pl.DataFrame(found)["article_id"])
    assert pl.DataFrame(api.open_dataset(folder).batches(columns=["title"])).height == 4


def test_search_gives_articles_in_the_order_of_the_search(folder):
    found = api.search(folder, "diralat", columns=["article_id", "title"])
    assert found.to_pylist() == [{"article_id": "kontan:1", "title": "Berita diralat"}]
    newest = api.search(folder, "berita", columns=["article_id"], by_date=True, limit=2)
    assert newest["article_id"].to_pylist() == ["tirto:4", "tirto:3"]
    assert not len(api.search(folder, "berita", until="2025-12-31"))
    nothing = api.search(folder, "zzz")
    assert nothing.schema.equals(api.open_dataset(folder).schema) and not len(nothing)


def test_stories_are_chosen_by_outlet_and_day(folder):
    [told] = api.stories(folder, outlets="tirto", columns=["articles", "outlets"]).to_pylist()[1:]
    assert told == {"articles": 2, "outlets": ["kontan", "tirto"]}
    assert api.stories(folder, until="2026-01-01")["cluster_id"].to_pylist() == ["kontan:2"]
    assert not len(api.stories(folder, since="2026-01-21"))


def test_an_index_is_made_elsewhere_where_the_dataset_cannot_be_written(folder, tmp_path):
    kept = tmp_path / "index"
    assert len(api.search(folder, "diralat", index=kept)) == 1
    assert (kept / "taken.json").exists()
    closed = shutil.copytree(folder, tmp_path / "data", ignore=shutil.ignore_patterns("search"))
    (closed / "search").write_text("a file where the folder would be")
    with pytest.warns(UserWarning, match="the index is not kept"):
        assert len(api.search(closed, "diralat")) == 1


@pytest.mark.parametrize(
    ("call", "kind", "said"),
    [
        (lambda f: api.latest(f, columns=["titel"]), ValueError, "there is no column titel"),
        (lambda f: api.latest(f, columns=["url", "url"]), ValueError, "named twice"),
        (lambda f: api.latest(f, outlets=["bukan"]), ValueError, "nothing of bukan; it holds kon"),
        (lambda f: api.latest(f, since="kemarin"), ValueError, "no day like 2026-09-01"),
        (lambda f: api.latest(f, since=OLDER), TypeError, "no day"),
        (lambda f: api.latest(f, since="2026-02-01", until="2026-01-01"), ValueError, "after"),
        (lambda f: api.latest(f, filter=[("titel", "==", "x")]), ValueError, "titel"),
        (lambda f: api.search(f, '"tak tertutup'), api.QueryError, "not understood"),
        (lambda f: api.search(f, "outlet:bukan"), api.QueryError, "outlet:bukan"),
        (lambda f: api.search(f, "berita", limit=0), ValueError, "1 or more"),
        (lambda f: api.stories(f, columns=["body"]), ValueError, "there is no column body"),
    ],
)
def test_a_mistake_is_said(folder, call: Callable[[Path], pa.Table], kind, said):
    with pytest.raises(kind, match=said):
        call(folder)


def test_a_wrong_place_is_said(folder, tmp_path):
    for place, said in (
        (tmp_path / "nowhere", "there is no dataset at"),
        (tmp_path, "there is no dataset at .* output/data"),
        (folder / "articles", "is a table: name the folder of the dataset"),
        (folder / "articles/outlet=kontan", "there is no dataset at"),
    ):
        with pytest.raises(FileNotFoundError, match=said):
            api.latest(place)
    with pytest.raises(NotADirectoryError, match="is a file"):
        api.latest(next(folder.rglob("*.parquet")))


def test_a_dataset_without_an_article_gives_typed_tables_without_rows(tmp_path):
    write(tmp_path, "runs", kontan=[run("unhealthy")])
    dataset = api.open_dataset(tmp_path)
    assert dataset.outlets == []
    assert dataset.latest().schema.equals(dataset.schema)
    for found in (dataset.latest(), dataset.captures(), dataset.search("apa"), dataset.stories()):
        assert len(found) == 0
    with pytest.raises(ValueError, match="it holds no article"):
        dataset.latest(outlets="kontan")


def test_the_first_versions_dataset_is_read_and_what_its_files_lack_is_named(tmp_path):
    with tarfile.open(CHECKOUT / "tests/upgrade/first-version.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    dataset = api.open_dataset(tmp_path / "dataset")
    assert len(dataset.latest()) == 29 and len(dataset.captures()) == 33
    assert set(dataset.older_columns()) >= {"kinds", "lifted", "published_hash"}
    assert None not in dataset.latest(columns=["kinds"])["kinds"].to_pylist()


def test_files_of_a_newer_version_are_refused_not_read_in_part(tmp_path, monkeypatch):
    newer = schema.ARTICLES.with_metadata({schema.VERSION_KEY: b"99"})
    write(tmp_path, kontan=[row(1)], tirto=[row(2, "tirto")])
    [path] = tmp_path.glob("articles/outlet=kontan/*/*.parquet")
    rows = pq.ParquetFile(path).read()
    pq.write_table(rows.cast(newer).replace_schema_metadata(newer.metadata), path)
    with pytest.raises(OSError, match="outlet=kontan, month=2026-01 is of schema version 99"):
        api.latest(tmp_path)
    assert len(api.latest(tmp_path, outlets="tirto")) == 1
