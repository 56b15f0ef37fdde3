"""WARC files into rows: ours and foreign ones, twice, in any order, in parallel, after a kill."""

import json
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from scrapy.utils.project import get_project_settings

import crawler.outlets.reader as readers
import crawler.reparse.task as module
from crawler.archive.writer import Archive, Exchange, open_folder
from crawler.items import Article
from crawler.reparse.job import Job, Result
from crawler.reparse.task import reparse
from crawler.reparse.workers import in_processes
from crawler.sources.window import Window
from output.compaction import compact
from output.dataset import latest, open_dataset, read
from output.filesystem import Root
from output.verification import verify
from output.writer import Writer
from spiders.kontan import KontanSpider
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.archive.warcs import Snap, pages, raw_record, write_revisit, write_warc, zipped
from tests.crawls import crawl
from tests.moment import newsroom
from tests.output.rows import reject

VERSION = "2099.01.01"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset and the archives that crawls of two outlets leave."""
    out = tmp_path_factory.mktemp("crawled")
    with newsroom(seed=3, outlets=["kontan", "mediaindonesia"], recent=12, past=4, older=2) as room:
        for outlet in (KontanSpider, MediaIndonesiaSpider):
            crawl(outlet, room, out)
    return out


@pytest.fixture
def data(crawled: Path, tmp_path: Path) -> Path:
    shutil.copytree(crawled, tmp_path / "data")
    return tmp_path / "data"


def warcs(data: Path) -> list[str]:
    return [str(path) for path in sorted(data.glob("archive/*/*.warc.gz"))]


def run(data: Path, *paths: str | Path, **job) -> list[Result]:
    return [reparse(Job(str(data), "reparse-1", **job), [str(path)]) for path in paths]


def counts(results: list[Result]) -> dict[str, int]:
    total = sum((result.counts for result in results), start=Counter())
    return {name: count for name, count in total.items() if count}


def content(table) -> list[dict]:
    """Return the rows without the columns that differ between runs or places."""
    rows = table.drop_columns(["run_id", "archive", "cluster_id"]).to_pylist()
    return sorted(rows, key=lambda row: (row["article_id"], row["fetched_at"]))


def rewrite(monkeypatch: pytest.MonkeyPatch, **fields: str) -> None:
    """Give every article other `fields` after all stages, whose judgement may depend on them."""
    finish = readers.Reader.finish

    def finish_otherwise(reader: readers.Reader, article: Article) -> Article:
        article = finish(reader, article)
        for name, text in fields.items():
            setattr(article, name, text)
        return article

    monkeypatch.setattr(readers.Reader, "finish", finish_otherwise)


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read by a later version, which finds another description."""
    rewrite(monkeypatch, extractor_version=VERSION, description="Ditulis ulang")
    monkeypatch.setattr(module, "EXTRACTOR_VERSION", VERSION)


def test_what_a_crawl_stored_comes_out_of_its_archive_the_same(data: Path, tmp_path: Path):
    stored = content(read(data))
    assert len(stored) > 5
    run(tmp_path / "again", *warcs(data))
    assert content(read(tmp_path / "again")) == stored
    assert verify(tmp_path / "again") == []


def test_a_reparse_by_the_same_version_writes_nothing(data: Path):
    before = read(data)
    found = counts(run(data, *warcs(data)))
    assert found["done_before"] == len(before)
    assert "new" not in found and "changed" not in found
    assert read(data).equals(before)


def test_a_newer_version_writes_one_row_for_each_capture_and_only_once(data: Path, newer):
    before = read(data).num_rows
    assert counts(run(data, *warcs(data)))["changed"] == before
    assert read(data).num_rows == 2 * before
    newest = latest(data).to_pylist()
    assert {row["description"] for row in newest} == {"Ditulis ulang"}
    assert {row["extractor_version"] for row in newest} == {VERSION}
    assert counts(run(data, *reversed(warcs(data))))["done_before"] == before
    assert read(data).num_rows == 2 * before
    assert verify(data) == []


def test_what_a_newer_version_reads_the_same_is_not_written_again(
    data: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "EXTRACTOR_VERSION", VERSION)
    before = read(data).num_rows
    assert counts(run(data, *warcs(data)))["unchanged"] == before
    assert read(data).num_rows == before


def test_two_reparses_at_once_write_each_row_once(data: Path, tmp_path: Path):
    """Both began before either had written: the same files, and each row once."""
    out = tmp_path / "out"
    path = warcs(data)[-1]
    first = module._Task(Job(str(out), "one"), [path])
    second = module._Task(Job(str(out), "two"), [path])
    first.reparse(lambda size, pages: None)
    rows = read(out).num_rows
    second.reparse(lambda size, pages: None)
    assert read(out).num_rows == rows > 3
    assert verify(out) == []


def test_a_killed_reparse_goes_on_without_a_lost_or_doubled_row(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BATCH", 2)
    out, path = tmp_path / "out", warcs(data)[-1]
    real = module.publish_captures
    calls = []

    def killed(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(module, "publish_captures", killed)
    with pytest.raises(KeyboardInterrupt):
        run(out, path)
    half = read(out).num_rows
    monkeypatch.setattr(module, "publish_captures", real)
    found = counts(run(out, path))
    assert found["done_before"] == half > 0
    assert content(read(out)) == [
        row for row in content(read(data)) if row["article_id"].startswith("mediaindonesia")
    ]


def test_the_same_pages_in_another_order_or_in_parallel_make_the_same_rows(
    data: Path, tmp_path: Path
):
    paths = warcs(data)
    run(tmp_path / "one", *paths)
    run(tmp_path / "two", *reversed(paths), *paths)
    told = []
    job = Job(str(tmp_path / "three"), "parallel")
    results = list(
        in_processes(
            job, [[path] for path in paths], 2, lambda size, pages: told.append((size, pages))
        )
    )
    assert sum(pages for _, pages in told) == sum(result.pages for result in results)
    one = content(read(tmp_path / "one"))
    assert content(read(tmp_path / "two")) == one == content(read(tmp_path / "three"))


def test_an_unchanged_second_look_adds_no_row_even_after_compaction(tmp_path: Path):
    [snap] = [s for s in pages("mediaindonesia", 8) if "/teknologi/" in s.url][:1]
    later = Snap(snap.url, snap.body, snap.at + timedelta(days=1))
    out = tmp_path / "out"
    first = write_warc(tmp_path / "first.warc.gz", [snap])
    second = write_warc(tmp_path / "second.warc.gz", [later])
    assert counts(run(out, first, second)) == {"pages": 2, "new": 1, "unchanged": 1}
    compact(out)
    assert counts(run(out, second, first)) == {"pages": 2, "done_before": 1, "unchanged": 1}


def test_an_older_page_never_becomes_the_latest(tmp_path: Path):
    [snap] = [s for s in pages("mediaindonesia", 8) if "/teknologi/" in s.url][:1]
    edited = snap.body.replace(b"</h1>", b" (Diperbarui)</h1>")
    newer = Snap(snap.url, edited, snap.at + timedelta(days=1))
    out = tmp_path / "out"
    run(out, write_warc(tmp_path / "b.warc.gz", [newer]))
    run(out, write_warc(tmp_path / "a.warc.gz", [snap]))
    [row] = latest(out).to_pylist()
    assert row["title"].endswith("(Diperbarui)")
    assert read(out).num_rows == 2


@pytest.mark.parametrize("zipped_records", [True, False])
def test_a_foreign_archive_is_read_by_the_same_rules(tmp_path: Path, zipped_records: bool):
    """As Common Crawl's news: other hosts, other kinds of records, no charset, no list."""
    ours = pages("mediaindonesia", 6)
    for snap in ours:
        snap.headers = [("X-Crawler-Content-Encoding", "gzip"), ("Content-Type", "text/html")]
    strange = [
        Snap("https://koran.example/1", b"<p>Kabar dari jauh"),
        Snap("https://mediaindonesia.com/", b"<p>Beranda"),
        Snap(ours[0].url, b"", status="404 Not Found"),
        Snap("https://mediaindonesia.com/teknologi/9/kosong", b""),
    ]
    path = write_warc(tmp_path / "CC-NEWS-1.warc.gz", [*strange, *ours], zipped=zipped_records)
    if zipped_records:
        write_revisit(path, ours[0])
    out = tmp_path / "out"
    found = counts(run(out, path))
    rows = read(out).to_pylist()
    assert found["skipped/other_host"] == 1
    assert found["skipped/not_an_article"] == 1
    assert found["skipped/status"] == 1
    assert found["rejected/empty_page"] == 1
    assert found.get("skipped/revisit", 0) == zipped_records
    assert found["new"] == len(rows) >= 3
    assert {row["archive"]["file"] for row in rows} == {str(path)}
    assert {row["discovered_via"] for row in rows} == {None}
    assert verify(out) == []


def test_pages_are_chosen_by_outlet_and_day(data: Path, tmp_path: Path):
    out = tmp_path / "out"
    found = counts(run(out, *warcs(data), outlets=("kontan",)))
    assert found["skipped/other_outlet"] > 3
    assert {row["outlet"] for row in read(out).to_pylist()} == {"kontan"}
    september = Window(date(2023, 9, 1), date(2023, 9, 30))
    run(tmp_path / "september", *warcs(data), window=september)
    months = {f"{row['published_at']:%Y-%m}" for row in read(tmp_path / "september").to_pylist()}
    assert months == {"2023-09"}


def test_rejected_pages_are_judged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "data"
    with newsroom(seed=3, outlets=["kontan"], recent=8, past=2, older=0) as room:
        monkeypatch.setattr(
            "crawler.sources.wanted.HINT", 0.0
        )  # what is not technology is fetched too
        crawl(KontanSpider, room, out)
    off_topic = [r for r in _rejects(out) if r["reason"] == "off_topic"]
    assert off_topic
    assert "new" not in counts(run(out, *warcs(out), rejects=("off_topic",)))
    monkeypatch.setattr("pipelines.classify.THRESHOLD", 0.0)
    found = counts(run(out, *warcs(out), rejects=("off_topic",)))
    assert found["new"] == len(off_topic)
    urls = {row["url"]: row for row in read(out).to_pylist()}
    for judged in off_topic:
        assert urls[judged["url"]]["discovered_via"] == judged["discovered_via"]
        assert urls[judged["url"]]["article_id"] == judged["article_id"]


def _rejects(out: Path) -> list[dict]:
    return open_dataset(out, "rejects").to_table().to_pylist()


def test_a_forgotten_article_does_not_come_back_by_a_reparse(data: Path, tmp_path: Path):
    """Be it while it is read."""
    out = tmp_path / "out"
    [row, *others] = content(read(data, outlet="mediaindonesia"))
    task = module._Task(Job(str(out), "r", outlets=("mediaindonesia",)), warcs(data))
    writer = Writer(out, "forget-1")
    gone = reject() | {"article_id": row["article_id"], "reason": "forgotten", "url": row["url"]}
    writer.write("rejects", "mediaindonesia", gone)
    writer.flush()
    assert task.reparse(lambda size, pages: None).counts["skipped/forgotten"] == 1
    assert content(read(out)) == others


def test_a_diff_shows_changed_fields_and_writes_no_row(data: Path, newer):
    before = read(data)
    results = run(data, *warcs(data), diff=True)
    assert counts(results)["changed"] == len(before)
    assert sum((r.fields for r in results), start=Counter()) == {"description": len(before)}
    change = results[0].examples[0]
    assert (change.field, change.new) == ("description", "Ditulis ulang")
    assert read(data).equals(before)


def test_a_diff_reads_what_this_version_has_read_before(
    data: Path, monkeypatch: pytest.MonkeyPatch
):
    rewrite(monkeypatch, section="Lain")
    results = run(data, *warcs(data), diff=True)
    assert sum((r.fields for r in results), start=Counter()) == {"section": read(data).num_rows}


def test_bad_records_are_counted_and_the_rest_is_read(tmp_path: Path):
    path = write_warc(tmp_path / "a.warc.gz", pages("mediaindonesia", 6))
    whole = path.read_bytes()
    bad = raw_record(url=b"https://mediaindonesia.com/\xff")
    path.write_bytes(zipped(bad) + whole + zipped(raw_record(length=99_999)) + whole[:100])
    [result] = run(tmp_path / "out", path)
    assert result.counts["bad/url"] == 1
    assert result.counts["bad/cut_off"] == 1
    assert result.counts["new"] >= 3
    assert "cut off" in result.problems[str(path)]


@pytest.mark.parametrize("error", [IndexError, RecursionError, MemoryError, OSError, RuntimeError])
def test_a_bug_in_extraction_costs_its_page_only(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog, error
):
    real, calls = readers.extract, []

    def extract(*args, **kwargs):
        calls.append(args)
        if len(calls) == 1:
            raise error("a bug")
        return real(*args, **kwargs)

    monkeypatch.setattr(readers, "extract", extract)
    found = counts(run(tmp_path / "out", warcs(data)[-1]))
    assert found["bad/reader_error"] == found[f"error/{error.__name__}"] == 1
    assert found["new"] > 1
    assert "could not read https://" in caplog.text


def test_a_made_up_list_entry_names_no_other_outlets_article(tmp_path: Path):
    [snap] = [s for s in pages("mediaindonesia", 8) if "/teknologi/" in s.url][:1]
    archive = Archive(Root(tmp_path), open_folder(str(tmp_path), "x"), "x", "20230901T000000Z-a")
    said = {"article_id": "kontan:1", "candidate": json.dumps({"url": snap.url, "via": "x"})}
    for listed in (json.dumps(said).encode(), b"[]", b"\xff", b'{"article_id": 1}'):
        archive.keep(Exchange(snap.url, snap.at, [], 200, [], snap.body, listed))
    archive.finish()
    run(tmp_path, *warcs(tmp_path))
    [row] = read(tmp_path).to_pylist()
    assert row["article_id"].startswith("mediaindonesia:")


@pytest.mark.parametrize("name", ["../../etc/hacked.warc.gz", "/tmp/x.warc.gz"])
def test_no_name_in_a_file_leads_out_of_the_dataset(tmp_path: Path, name: str):
    snaps = pages("mediaindonesia", 3)
    record = raw_record(
        snaps[0].body,
        url=snaps[0].url.encode(),
        more=b"WARC-Filename: " + name.encode() + b"\r\n",
    )
    path = tmp_path / "in" / "a.warc.gz"
    path.parent.mkdir()
    path.write_bytes(zipped(record))
    before = {p for p in tmp_path.rglob("*") if p.is_file()}
    run(tmp_path / "out", path)
    fresh = {p for p in tmp_path.rglob("*") if p.is_file()} - before
    assert all((tmp_path / "out") in p.parents for p in fresh)


def test_a_missing_file_is_a_problem_of_its_own(tmp_path: Path):
    path = tmp_path / "nowhere.warc.gz"
    [result] = run(tmp_path, path)
    assert "No such file" in result.problems[str(path)]


def test_settings_given_by_s_reach_the_stages_of_a_reparse():
    settings = get_project_settings()
    strict = module.outlet_readers((("BODY_MIN_WORDS", 9999),))["kontan"]
    usual = module.outlet_readers(())["kontan"]
    words = [
        stage.min_words
        for o in (strict, usual)
        for stage in o.reader.stages
        if hasattr(stage, "min_words")
    ]
    assert words == [9999, settings.getint("BODY_MIN_WORDS")]
