"""Training sets: sides, rows, bytes, bad input."""

from __future__ import annotations

import errno
import random
import shutil
import signal
import subprocess
import sys
import textwrap
from collections import defaultdict
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from output.corpus.alike import NEAR, likeness, triples
from output.corpus.build import SCHEMA, Recipe, SetError, build
from output.corpus.card import MEANINGS
from output.corpus.mask import mask
from output.corpus.sides import leaks
from output.origin import claim
from output.selection import Selection
from tests.datasets import NOON, row, write, write_clusters
from tests.places import CHECKOUT

LATEST = Selection(latest=True)
SYLLABLES = "ba da ka la ma na pa ra sa ta wa ja ri lu mo".split()


def prose(seed, words=80):
    rng = random.Random(seed)
    return " ".join("".join(rng.choices(SYLLABLES, k=3)) for _ in range(words)) + "."


def article(number, seed=None, **columns):
    return row(number, paragraphs=[prose(number if seed is None else seed)], **columns)


def rows_of(folder):
    return [
        {**each, "split": path.name.partition("-")[0]}
        for path in sorted((folder / "data").glob("*.parquet"))
        for each in pq.read_table(path).to_pylist()
    ]


@pytest.fixture
def dataset(tmp_path):
    articles = [article(number, seed=number // 2) for number in range(1, 201)]
    return write(tmp_path / "dataset", kontan=articles)


def test_a_story_is_a_row_and_on_one_side(dataset, tmp_path):
    built = build(dataset, Recipe("uji", LATEST), tmp_path / "set")
    rows = rows_of(tmp_path / "set")
    assert len(rows) == built.stories == built.total == 101
    assert {each["split"] for each in rows} == {"train", "validation", "test"}
    assert built.rows["train"] > 60
    assert built.leaks == 0


def test_articles_with_the_same_words_are_on_one_side_without_clusters(dataset, tmp_path):
    built = build(dataset, Recipe("uji", LATEST, by_article=True), tmp_path / "set")
    sides = defaultdict(set)
    for each in rows_of(tmp_path / "set"):
        sides[each["text"].partition("\n\n")[2]].add(each["split"])
    assert len(sides) == 101
    assert all(len(each) == 1 for each in sides.values())
    assert built.total == 200
    assert built.leaks == 0


def test_the_search_for_leaks_finds_the_one_that_is_there():
    texts = [("a", "train", prose(1)), ("b", "test", prose(2)), ("c", "test", prose(1))]
    assert leaks(lambda: texts) == [("a", "c")]
    assert leaks(lambda: texts[:2]) == []


def mixed(number):
    """Return 100 words, of which a share that grows from 0.3 to 0.98 is that of nine others."""
    own, common = prose(number, 100).split(), prose(-1 - number // 10, 100).split()
    kept = round(100 * (0.3 + 0.68 * number % 10 / 9))
    return " ".join(common[:kept] + own[kept:])


@pytest.mark.parametrize("with_title", [True, False])
def test_no_two_sides_share_texts_by_an_exact_comparison_of_all_pairs(tmp_path, with_title):
    articles = [row(number, paragraphs=[mixed(number)]) for number in range(300)]
    write(tmp_path / "d", kontan=articles)
    recipe = Recipe("uji", LATEST, by_article=True, with_title=with_title)
    built = build(tmp_path / "d", recipe, tmp_path / "set")
    rows = [(each["split"], triples(each["text"])) for each in rows_of(tmp_path / "set")]
    pairs = [
        (likeness(one, other), side == other_side)
        for at, (side, one) in enumerate(rows)
        for other_side, other in rows[:at]
    ]
    assert sum(0.5 < share < 0.7 for share, _ in pairs) > 50
    assert all(together for share, together in pairs if share >= NEAR)
    assert built.leaks == 0
    assert len({side for side, _ in rows}) == 3


def test_what_the_search_of_the_rows_finds_is_joined_until_nothing_is_found(
    dataset, tmp_path, monkeypatch
):
    from output.corpus import sides

    monkeypatch.setattr(sides.Signatures, "pairs", blind_at_first(sides.Signatures.pairs))
    built = build(dataset, Recipe("uji", LATEST, by_article=True), tmp_path / "set")
    assert built.leaks == 0
    assert 20 < built.near_joined < 99  # the pairs that were on two sides


def blind_at_first(pairs):
    """Return a search that finds nothing with the seed by which stories are joined."""

    def found(self, kin):
        return pairs(self, kin) if self._seed != 1 else iter(())

    return found


def test_the_same_input_gives_the_same_bytes_also_over_a_former_build(dataset, tmp_path):
    for name in ("one", "two", "one"):
        build(dataset, Recipe("uji", LATEST), tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_growth_moves_nothing_but_what_it_joins_and_names_that(dataset, tmp_path):
    recipe, target = Recipe("uji", LATEST, by_article=True), tmp_path / "set"
    build(dataset, recipe, target)
    before = {each["article_id"]: each["split"] for each in rows_of(target)}
    early = NOON - timedelta(days=3)
    # An earlier article takes over the id of its story, and others are new.
    write(dataset, kontan=[article(300, seed=7, published_at=early)])
    write(dataset, kontan=[article(number) for number in range(400, 440)])
    built = build(dataset, recipe, target)
    after = {each["article_id"]: each["split"] for each in rows_of(target)}
    assert {name: after[name] for name in before} == before
    assert after["kontan:300"] == after["kontan:14"]
    assert (built.joins, built.moved) == ([], [])
    one = next(name for name, side in before.items() if side == "train")
    other = next(name for name, side in before.items() if side == "test")
    write_clusters(dataset, {one: [one, other]})
    built = build(dataset, recipe, target)
    after = {each["article_id"]: each["split"] for each in rows_of(target)}
    changed = sorted(name for name, side in before.items() if after[name] != side)
    assert len(built.joins) == 1
    assert built.moved == changed
    assert changed
    assert after[one] == after[other]


def test_a_story_that_grows_keeps_its_side_in_a_fresh_folder_too(dataset, tmp_path):
    recipe = Recipe("uji", LATEST, by_article=True)
    build(dataset, recipe, tmp_path / "one")
    before = {each["article_id"]: each for each in rows_of(tmp_path / "one")}
    late, early = NOON + timedelta(days=9), NOON - timedelta(days=9)
    more = [article(300 + n, seed=n, fetched_at=late, published_at=early) for n in range(1, 100)]
    write(dataset, kontan=more)
    build(dataset, recipe, tmp_path / "two")
    after = {each["article_id"]: each for each in rows_of(tmp_path / "two")}
    assert len(after) == 299
    for column in ("split", "story_id"):
        assert {name: after[name][column] for name in before} == {
            name: each[column] for name, each in before.items()
        }


def test_a_split_by_time_goes_by_the_first_article_also_outside_the_window(tmp_path):
    days = (date(2026, 2, 1), date(2026, 3, 1))
    moments = {1: (2026, 1, 10), 2: (2026, 2, 10), 3: (2026, 3, 10), 4: (2026, 3, 11)}
    articles = [
        article(n, seed=min(n, 3), published_at=NOON.replace(year=y, month=m, day=d))
        for n, (y, m, d) in moments.items()
    ]
    old = article(5, seed=3, published_at=NOON.replace(year=2025))
    write(tmp_path / "d", kontan=[*articles, old])
    recipe = Recipe("uji", Selection(since=date(2026, 1, 1), latest=True), True, days=days)
    built = build(tmp_path / "d", recipe, tmp_path / "set")
    sides = {each["article_id"]: each["split"] for each in rows_of(tmp_path / "set")}
    assert list(sides.values()) == ["train", "train", "train", "validation"]
    assert sides["kontan:2"] == "validation"
    assert built.across_window == 1


def test_refused_rows_are_left_out_once_the_column_is_there(dataset, tmp_path, monkeypatch):
    from output.corpus import build as module

    def latest(location, selection, plain=module._latest):
        for number, each in enumerate(plain(location, selection)):
            yield {**each, "ai_use": ("refused", "unstated", None)[number % 3]}

    monkeypatch.setattr(module, "_latest", latest)
    built = build(dataset, Recipe("uji", LATEST, by_article=True), tmp_path / "set")
    assert built.refused == 67
    assert dict(built.ai_use) == {"unstated": 67, "unknown": 66}
    kept = build(dataset, Recipe("a", LATEST, True, with_refused=True), tmp_path / "all")
    assert (kept.refused, kept.total) == (0, 200)


def test_what_cannot_be_a_set_is_said(dataset, tmp_path):
    past = Selection(until=date(1999, 1, 1), latest=True)
    with pytest.raises(SetError, match="no article matches"):
        build(dataset, Recipe("uji", past), tmp_path / "set")
    recipe = Recipe("uji", LATEST, filters=("gopher_quality",))
    with pytest.raises(SetError, match="dropped by filters: gopher_quality 200"):
        build(dataset, recipe, tmp_path / "set")
    assert not (tmp_path / "set").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    with pytest.raises(SetError, match="exists, and is no training set"):
        build(dataset, Recipe("uji", LATEST), tmp_path / "mine")
    build(dataset, Recipe("uji", LATEST), tmp_path / "set")
    with pytest.raises(SetError, match="holds the training set uji, not lain"):
        build(dataset, Recipe("lain", LATEST), tmp_path / "set")
    assert (tmp_path / "mine/notes.txt").read_text() == "mine"


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


KILLED = """
    import os, shutil, sys
    from pathlib import Path

    from output.corpus import build as module
    from output.selection import Selection
    from tests.killing import kill_at_every_call

    dataset, target, copies = sys.argv[1:]
    recipe = module.Recipe("uji", Selection(latest=True), by_article=True)
    functions = [(os, "fsync"), (Path, "rename"), (module, "exchange")]
    kill_at_every_call(functions, lambda n: module.build(dataset, recipe, Path(target)),
                       lambda n: shutil.copytree(target, f"{copies}/{n:03}"))
"""


@pytest.mark.trial
def test_a_kill_leaves_the_old_set_or_the_new_one_whole(tmp_path):
    recipe, target, copies = (
        Recipe("uji", LATEST, by_article=True),
        tmp_path / "s/uji",
        tmp_path / "c",
    )
    dataset = write(tmp_path / "dataset", kontan=[article(number) for number in range(1, 20)])
    build(dataset, recipe, target)
    write(dataset, kontan=[article(number) for number in range(100, 120)])
    shutil.copytree(target, tmp_path / "grown/uji")
    build(dataset, recipe, tmp_path / "grown/uji")
    command = [sys.executable, "-c", textwrap.dedent(KILLED), dataset, target, copies]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    *killed, finished = map(int, done.stdout.split())
    assert finished == 0
    assert set(killed) == {signal.SIGKILL}
    old, *left = map(contents, sorted(copies.iterdir()))
    new = contents(tmp_path / "grown/uji")
    assert old != new == contents(target)
    assert len(left) == len(killed) > 12
    assert all(found in (old, new) for found in left)
    assert old in left
    assert new in left
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["uji"]


def test_a_set_is_left_as_it_is_where_folders_cannot_be_exchanged(dataset, tmp_path, monkeypatch):
    build(dataset, Recipe("uji", LATEST), tmp_path / "sets/uji")
    before = contents(tmp_path / "sets/uji")
    write(dataset, kontan=[article(900)])

    def refuse(one, other):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr("output.corpus.build.exchange", refuse)
    with pytest.raises(SetError, match="cannot exchange folders"):
        build(dataset, Recipe("uji", LATEST), tmp_path / "sets/uji")
    assert contents(tmp_path / "sets/uji") == before
    assert [path.name for path in (tmp_path / "sets").iterdir()] == ["uji"]


def test_a_story_of_a_word_is_a_set_of_a_row(tmp_path):
    write(tmp_path / "d", kontan=[row(1, paragraphs=["Kata"])])
    built = build(tmp_path / "d", Recipe("uji", LATEST, with_title=False), tmp_path / "set")
    (only,) = rows_of(tmp_path / "set")
    assert (only["text"], only["words"], built.total) == ("Kata", 1, 1)
    assert only["gopher_quality"] == "gopher_short_doc"
    assert "Without rows" in (tmp_path / "set/README.md").read_text()


def test_hugging_face_loads_both_configs_with_their_splits(dataset, tmp_path):
    datasets = pytest.importorskip("datasets")
    built = build(dataset, Recipe("uji", LATEST), tmp_path / "set")
    loaded = datasets.load_dataset(str(tmp_path / "set"), cache_dir=str(tmp_path / "cache"))
    assert {side: len(rows) for side, rows in loaded.items()} == dict(built.rows)
    features = loaded["train"].features
    assert features["published_at"].dtype == "timestamp[us, tz=UTC]"
    assert features["words"].dtype == "int32"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, in mlcroissant
def test_mlcroissant_reads_the_metadata_and_the_rows_of_each_side(dataset, tmp_path):
    croissant = pytest.importorskip("mlcroissant")
    built = build(dataset, Recipe("uji", LATEST), tmp_path / "set")
    loaded = croissant.Dataset(str(tmp_path / "set/croissant.json"))
    assert not loaded.metadata.ctx.issues.errors
    assert loaded.metadata.url == "README.md"
    for side, count in built.rows.items():
        rows = list(loaded.records(side))
        assert len(rows) == count
        assert {row[f"{side}/article_id"].decode() for row in rows} == {
            row["article_id"] for row in rows_of(tmp_path / "set") if row["split"] == side
        }


def test_the_card_names_every_column_and_what_the_articles_are(dataset, tmp_path):
    assert list(MEANINGS) == SCHEMA.names
    build(dataset, Recipe("uji", LATEST), tmp_path / "set")
    card = (tmp_path / "set/README.md").read_text("utf-8")
    assert all(f"| `{name}` | " in card for name in SCHEMA.names)
    assert "technology news (nothing records that it came from the web): 101 rows" in card
    assert "tokens not counted" in card
    claim(dataset, "newsroom")
    build(dataset, Recipe("uji", LATEST), tmp_path / "set")
    card = (tmp_path / "set/README.md").read_text("utf-8")
    assert "Made-up articles of a made-up newsroom, no news: 101 rows" in card


def test_tokens_are_counted_by_a_tokenizer_that_the_card_names(dataset, tmp_path):
    encoding = pytest.importorskip("bpe_openai").get_encoding("o200k_base")
    built = build(dataset, Recipe("uji", LATEST, tokens=True), tmp_path / "set")
    expected = sum(len(encoding.encode_ordinary(row["text"])) for row in rows_of(tmp_path / "set"))
    assert built.tokens == expected > built.words
    card = (tmp_path / "set/README.md").read_text("utf-8")
    assert f" {expected:,} tokens (o200k_base of bpe-openai " in card


def test_personal_data_is_masked_and_prices_scores_and_years_are_not():
    said = "Surel a.b@contoh.co.id, telepon 0812-3456-7890 atau (021) 5551234, NIK 3174015505900001"
    masked, counts = mask(f"{said}, plat nomor B 1234 XYZ.")
    assert masked == "Surel [EMAIL], telepon [PHONE] atau [PHONE], NIK [NIK], plat nomor [PLATE]."
    assert counts == {"email": 1, "phone": 2, "nik": 1, "plate": 1}
    harmless = (
        "Harga Rp 1.250.000 dan 0,8123456789 persen pada 2023-2024, skor 3-1, Galaxy A 55 GB,"
        " prosesor 1234567890123456, 08.30-21.00 WIB, @akun, 62.812.345.678 rupiah."
    )
    assert mask(harmless) == (harmless, dict.fromkeys(counts, 0))
