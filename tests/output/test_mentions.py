"""The table mentions/: made of articles, again only when these or the rules change."""

from __future__ import annotations

from output.compaction import compact
from output.filesystem import Root
from output.mentions import open_mentions, rebuild, remove
from output.verification import verify
from output.views import connect
from output.writer import Writer
from tests.output.rows import article


def write(folder, *rows):
    writer = Writer(folder, f"run-{rows[0]['article_id'].partition(':')[2]}")
    for row in rows:
        writer.write("articles", "kontan", row)
    writer.flush()


def mention(text):
    yield {
        "article_id": text.article_id, "content_hash": text.content_hash, "entity_id": "goto",
        "kind": "company", "written": text.title, "part": "title", "start": 0,
    }  # fmt: skip


def named(folder):
    return sorted(open_mentions(folder).to_table()["article_id"].to_pylist())


def test_files_are_written_again_only_for_other_articles_or_rules(tmp_path):
    write(tmp_path, article(1), article(2))
    assert rebuild(tmp_path, "kontan", "a", mention) == 1
    assert rebuild(tmp_path, "kontan", "a", mention) == 0
    assert rebuild(tmp_path, "kontan", "b", mention) == 1
    write(tmp_path, article(3))
    assert named(tmp_path) == ["kontan:1", "kontan:2"]
    assert rebuild(tmp_path, "kontan", "b", mention) == 1
    assert named(tmp_path) == ["kontan:1", "kontan:2", "kontan:3"]
    compact(tmp_path)
    assert rebuild(tmp_path, "kontan", "b", mention) == 0
    assert len(Root(tmp_path).files("mentions")) == 1
    assert verify(tmp_path) == []
    view = connect(tmp_path).sql("SELECT count(*) FROM mentions JOIN latest USING (article_id)")
    assert view.fetchall() == [(3,)]


def test_a_removed_article_has_no_mentions_and_verify_finds_what_is_left(tmp_path):
    write(tmp_path, article(1), article(2))
    rebuild(tmp_path, "kontan", "a", mention)
    remove(Root(tmp_path), "kontan", "kontan:1")
    assert named(tmp_path) == ["kontan:2"]
    [file] = Root(tmp_path).files("articles")
    Root(tmp_path).remove(file.path)
    write(tmp_path, article(1))
    [finding] = verify(tmp_path)
    assert finding.what == "1 contents are not stored, as of kontan:2"
    assert rebuild(tmp_path, "kontan", "a", mention) == 1
    assert named(tmp_path) == ["kontan:1"]
