"""The search index holds the last capture of every article, after any change of the dataset."""

from __future__ import annotations

import random
import re
import shutil
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
import tantivy

from output.compaction import compact
from output.dataset import latest
from output.search import Library, Question
from output.search_index import SCHEMA, _document
from output.takedown import remove_rows
from tests.datasets import NOON, library_of, row, write

LATER = NOON + timedelta(days=40)
WORDS = "Gawai gawainya 5G AI baru pembaruan Jum'at é-niaga KAMERA kameranya di dia".split()


def shown(folder) -> set[tuple[str, str]]:
    """Return the id and title of every article in a newly opened index."""
    found = library_of(folder).search(Question()).articles
    return {(one["article_id"], one["title"]) for one in found}


def stored(folder) -> set[tuple[str, str]]:
    table = latest(folder, columns=["article_id", "title"])
    return {(one["article_id"], one["title"]) for one in table.to_pylist()}


def test_a_search_finds_the_articles_that_a_scan_finds(tmp_path):
    rng = random.Random(7)
    texts = [" ".join(rng.choices(WORDS, k=6)) for _ in range(25)]
    write(
        tmp_path, kontan=[row(n, title=f"Judul {n}", paragraphs=[t]) for n, t in enumerate(texts)]
    )
    library = library_of(tmp_path)
    asked_for = "gawai/GAWAI/gawainya/5g/a/aru/jum/at/niaga/é/kam di/tiada".split("/")
    for asked in asked_for:
        words = asked.lower().split()
        scanned = {
            f"kontan:{n}"
            for n, text in enumerate(texts)
            if all(re.search(rf"\b{word}", text.lower()) for word in words)
        }
        asked = " ".join(f"{word}*" for word in words)
        found = library.search(Question(words=asked))
        assert {one["article_id"] for one in found.articles} == scanned, asked
        assert found.total == len(scanned)


def test_the_index_follows_every_change_of_the_dataset(tmp_path):
    def same():
        assert shown(tmp_path) == stored(tmp_path)

    write(tmp_path, kontan=[row(1, title="Lama"), row(2)], tirto=[row(3, "tirto")])
    same()
    moved = row(1, title="Baru", fetched_at=LATER, published_at=LATER)  # to another month
    write(tmp_path, kontan=[moved])
    same()
    write(tmp_path, kontan=[row(1, title="Tua", fetched_at=NOON - timedelta(days=9))])
    same()
    write(tmp_path, kontan=[moved | {"title": "Dibaca ulang", "extractor_version": "2027.01.01"}])
    same()
    compact(tmp_path)
    same()
    same()
    remove_rows(tmp_path, "kontan", "kontan:2")
    same()
    for file in (tmp_path / "articles/outlet=kontan").rglob("month=2026-03/*"):
        file.unlink()
    same()
    for file in (tmp_path / "articles/outlet=tirto").rglob("*.parquet"):
        file.unlink()
    same()
    assert ("kontan:1", "Lama") in shown(tmp_path), "what had been revised is the last again"


def test_a_capture_that_compact_wrote_otherwise_is_read_again(tmp_path):
    write(tmp_path, kontan=[row(1, paragraphs=["Isi berita.", "Ikuti kanal kami."])])
    assert library_of(tmp_path).search(Question("kanal")).total == 1
    [path] = (tmp_path / "articles").rglob("*.parquet")
    path.unlink()
    write(tmp_path, kontan=[row(1, paragraphs=["Isi berita."])])  # the same moment and version
    assert library_of(tmp_path).search(Question("kanal")).total == 0


def test_an_update_reads_only_new_files(tmp_path, monkeypatch):
    write(tmp_path, kontan=[row(1), row(2)])
    library_of(tmp_path)
    write(tmp_path, kontan=[row(3)])
    read = []
    monkeypatch.setattr(
        "output.search_index._document",
        lambda outlet, one, last, make=_document: (
            read.append(one["article_id"]) or make(outlet, one, last)
        ),
    )
    compact(tmp_path)
    assert len(shown(tmp_path)) == 3
    assert read == ["kontan:3"]


def test_what_was_found_is_read_also_after_the_index_has_changed(tmp_path):
    write(tmp_path, kontan=[row(n, published_at=NOON + timedelta(minutes=n)) for n in range(30)])
    library = library_of(tmp_path)
    matching = library.matching(Question("berita"))
    places, _ = library.index.find(matching, 30)
    captures = library.index.captures(matching)
    before = [one["article_id"] for one in library.index.read(places)]
    stories = library.index.stories(places)
    for n in range(4):  # a commit each, with other segments than those that were searched
        write(tmp_path, tirto=[row(n, "tirto")])
        library.update()
    shutil.rmtree(tmp_path / "articles/outlet=kontan")
    library.update()
    assert library.search(Question("berita")).total == 4
    assert [one["article_id"] for one in library.index.read(places)] == before
    assert library.index.stories(places) == stories
    assert len(library.index.read(captures.values())) == 30


def test_the_index_counts_an_articles_contents(tmp_path):
    write(tmp_path, kontan=[row(1), row(1, title="Baru", fetched_at=LATER)])
    [one] = library_of(tmp_path).search(Question()).articles
    assert one["contents"] == 2
    write(tmp_path, kontan=[row(1, title="Tua", fetched_at=NOON - timedelta(days=9))])
    [one] = library_of(tmp_path).search(Question()).articles
    assert (one["title"], one["contents"]) == ("Baru", 3)


def test_a_file_that_cannot_be_read_leaves_its_outlet_as_it_was(tmp_path):
    write(tmp_path, kontan=[row(1)])
    library = library_of(tmp_path)
    (tmp_path / "articles/outlet=kontan/month=2026-01/zzz.parquet").write_bytes(b"no parquet")
    write(tmp_path, kontan=[row(2)], tirto=[row(3, "tirto")])
    library.update()
    assert {one["article_id"] for one in library.search(Question()).articles} == {
        "kontan:1",
        "tirto:3",
    }
    assert library.behind == ["kontan"]
    assert "zzz.parquet" in library.problems[0]


@pytest.mark.parametrize("damage", ["meta", "note", "format", "removed"])
def test_a_lost_index_is_rebuilt(tmp_path, damage):
    write(tmp_path, kontan=[row(1)])
    open_before = library_of(tmp_path)
    folder = tmp_path / "search"
    match damage:
        case "meta":
            (folder / "meta.json").write_text("{")
        case "note":
            (folder / "taken.json").write_text("")
        case "format":
            (folder / "taken.json").write_text('{"format": 0, "outlets": {}}')
        case "removed":
            shutil.rmtree(folder)
            open_before.update()
            assert open_before.search(Question()).total == 1
    assert shown(tmp_path) == stored(tmp_path)


def test_two_processes_may_update_the_index(tmp_path):
    write(tmp_path, kontan=[row(1)])
    library = Library(tmp_path, tmp_path / "search")
    other = tantivy.Index(SCHEMA, str(tmp_path / "search")).writer()
    library.update()
    assert library.search(Question()).total == 0
    assert (library.behind, library.problems) == (["kontan"], [])
    other.wait_merging_threads()
    library.update()
    assert library.search(Question()).total == 1


def test_an_update_stops_amid_an_outlet_when_asked(tmp_path):
    write(tmp_path, kontan=[row(1)])
    library = Library(tmp_path, tmp_path / "search")
    library.close()
    library.update()
    assert library.search(Question()).total == 0
    assert shown(tmp_path) == stored(tmp_path)


def test_articles_in_files_of_an_older_schema_are_found(tmp_path):
    write(tmp_path, kontan=[row(1)])
    [path] = (tmp_path / "articles").rglob("*.parquet")
    table = pq.ParquetFile(path).read().drop_columns(["tags", "topics", "cluster_id"])
    pq.write_table(table, path)
    assert shown(tmp_path) == {("kontan:1", "Berita nomor 1")}
