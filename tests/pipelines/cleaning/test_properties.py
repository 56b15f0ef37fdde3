"""Properties of any body, drawn at random from junk and prose."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crawler.items import Anchor, Article, Block
from pipelines.clean import CleanPipeline
from pipelines.cleaning.rules import Rule, load_rules
from pipelines.cleaning.steps import clean
from tests.pipelines.cleaning.corpus import read, squeeze

RULES = load_rules().rules
JUNK = [rule.takes for rule in RULES if rule.kind != "widget"]
PROSE = [
    "Perusahaan itu memasang dua ratus menara di sepanjang pantai utara sejak awal tahun.",
    "Pekerjaan itu akan rampung sebelum musim hujan tiba, kata kepala proyek.",
    "“Kami sudah menyiapkan dua kapal,” ujar kepala proyek itu kepada pewarta.",
    "Ongkosnya naik tipis (dua persen) karena harga baja.",
    "Warga desa menyambut pekerjaan itu dengan kenduri di balai desa.",
]
CORPUS = [block.text for case in read() for block in case.blocks]

lines = st.one_of(
    st.sampled_from(PROSE),
    st.sampled_from(JUNK),
    st.sampled_from(CORPUS),
    st.lists(st.sampled_from(JUNK + PROSE), min_size=2, max_size=4).map(" ".join),
    st.text(alphabet="aB .,:()[]-–\"“”'A1|\u00a0?", min_size=1, max_size=60),
    st.text(min_size=1, max_size=40),
).map(lambda text: " ".join(text.split()))


@st.composite
def block(draw: st.DrawFn) -> Block:
    text = draw(lines)
    anchors = []
    if text and draw(st.booleans()):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        anchors = [Anchor(text[start:end], "https://contoh.id/a", start, end)]
    kind = draw(st.sampled_from(["paragraph", "paragraph", "heading", "list_item", "quote"]))
    return Block(kind, text, anchors)  # type: ignore[arg-type]


bodies = st.lists(block(), max_size=8)


@given(bodies)
@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
def test_kept_and_taken_fragments_are_the_whole_body_in_order(body: list[Block]) -> None:
    cleaned = clean(body)
    fragments = "".join(fragment.text for fragment in cleaned.fragments)
    assert squeeze(fragments) == squeeze("".join(b.text for b in body))
    kept = "".join(fragment.text for fragment in cleaned.fragments if not fragment.rule)
    assert squeeze("".join(cleaned.paragraphs)) == squeeze(kept)


@given(bodies)
@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
def test_every_fragment_is_in_its_block_at_its_start(body: list[Block]) -> None:
    for fragment in clean(body).fragments:
        text = body[fragment.block].text
        assert text[fragment.start : fragment.start + len(fragment.text)] == fragment.text


@given(st.lists(lines, max_size=8))
@example(["KBRN, [Gambas:Video 20detik] Jakarta: Pemerintah membuka lelang frekuensi."])
@example(["Reporter: Sinta [Gambas:Video 20detik] Lestari", PROSE[0]])
@example(["[Gambas:Video [Gambas:Video 20detik] 20detik]"])
@settings(
    max_examples=600, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
def test_cleaning_a_clean_body_changes_nothing(texts: list[str]) -> None:
    once = clean([Block("paragraph", text) for text in texts]).paragraphs
    assert clean([Block("paragraph", text) for text in once]).paragraphs == once


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_cleaning_again_changes_nothing_in_an_example_torn_apart_by_an_advert(rule: Rule) -> None:
    words = rule.takes.split(" ")
    for place in range(1, len(words)):
        torn = " ".join([*words[:place], "[Gambas:Video 20detik]", *words[place:]])
        for texts in ([torn], [torn, PROSE[0]], [PROSE[0], torn, PROSE[1]]):
            once = clean([Block("paragraph", text) for text in texts]).paragraphs
            assert clean([Block("paragraph", text) for text in once]).paragraphs == once


@given(bodies)
@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
def test_an_article_that_passes_twice_keeps_its_body(body: list[Block]) -> None:
    pipeline = CleanPipeline()
    article = Article(outlet="generic", url="https://contoh.id/a", blocks=body)
    once = pipeline.process_item(article).body
    assert pipeline.process_item(article).body == once


@given(st.lists(st.sampled_from(PROSE), min_size=1, max_size=12))
@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_prose_passes_cleaning_unchanged(texts: list[str]) -> None:
    cleaned = clean([Block("paragraph", text) for text in texts])
    assert cleaned.paragraphs == texts
    assert not any(fragment.rule for fragment in cleaned.fragments)
