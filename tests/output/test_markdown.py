"""Articles as Markdown: a parser of CommonMark finds the same words again, by their kinds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from output.dataset import schema_of
from output.markdown import as_markdown, write_markdown
from tests.output.rows import article

PARSER = MarkdownIt("commonmark").enable(["strikethrough", "table"])
KINDS = ("paragraph", "heading", "list_item", "quote")
MARKS = st.text(alphabet="ab1 #>-+*_`~[]()<>&;!|\\.:=\"'/", min_size=1, max_size=30)
TEXTS = st.one_of(MARKS, st.text(min_size=1, max_size=30)).map(lambda t: " ".join(t.split()))
PARAGRAPHS = st.lists(st.tuples(TEXTS.filter(bool), st.sampled_from(KINDS)), max_size=6)


def parsed(document):
    """Return the front matter's lines, the headline, and the texts below by their kinds."""
    _, front, text = document.split("---\n", 2)
    found, open_kinds, number = [], [], ""
    for token in PARSER.parse(text):
        if token.type == "list_item_open":
            number = f"{token.info}{token.markup} " if token.info else ""
        if token.nesting == 1:
            open_kinds.append(token.tag)
        elif token.nesting == -1:
            open_kinds.pop()
        elif token.type == "inline":
            assert {child.type for child in token.children} <= {"text", "text_special"}, token
            said = "".join(child.content for child in token.children)
            found.append((kind_of(open_kinds), number + said))
            number = ""
        else:
            raise AssertionError(token)
    return front.splitlines(), found[0], found[1:]


def kind_of(tags):
    known = {"h1": "title", "h2": "heading", "li": "list_item", "blockquote": "quote"}
    return next((known[tag] for tag in reversed(tags) if tag in known), "paragraph")


def row(paragraphs, **columns):
    texts = [text for text, _ in paragraphs]
    return article(paragraphs=texts, kinds=[kind for _, kind in paragraphs], **columns)


@given(PARAGRAPHS.filter(bool))
@example([("1. Satu", "list_item"), ("2) Dua", "list_item"), ("Tiga", "list_item")])
@example([("14. September", "paragraph"), ("--- ", "paragraph"), ("# bukan judul", "paragraph")])
@example([("C #", "heading"), ("&amp; <b>tebal</b>", "paragraph"), ("a_b_c _d_", "quote")])
@settings(max_examples=400, deadline=None, derandomize=True)
def test_a_parser_finds_the_same_texts_and_kinds(paragraphs):
    told = [(kind, " ".join(text.split())) for text, kind in paragraphs]
    document = as_markdown(row(paragraphs))
    assert parsed(document)[2] == told, document
    assert document.splitlines().count("---") == 2


def test_the_document_of_an_article():
    document = as_markdown(
        row(
            [
                ("Lead berita.", "paragraph"),
                ("Cara kerjanya", "heading"),
                ("Satu", "list_item"),
                ("Dua", "list_item"),
                ("“Kata dia.”", "quote"),
                ("“Lagi.”", "quote"),
                ("Penutup.", "paragraph"),
            ],
            title='Gawai *baru* "X_1" & harganya',
            authors=["Siti Rahma", "Budi: editor"],
            canonical_url="https://kontan.example/a?b=1#c",
            published_at=datetime(2023, 9, 1, 5, 1, tzinfo=UTC),
        )
        | {"outlet": "kontan"}
    )
    assert document == (
        "---\n"
        'url: "https://kontan.example/a?b=1#c"\n'
        'article_id: "kontan:1"\n'
        'title: "Gawai *baru* \\"X_1\\" & harganya"\n'
        'outlet: "kontan"\n'
        'authors: ["Siti Rahma", "Budi: editor"]\n'
        "published_at: 2023-09-01T12:01:00+07:00\n"
        "fetched_at: 2023-09-01T13:01:00+07:00\n"
        "---\n\n"
        '# Gawai \\*baru\\* "X_1" & harganya\n\n'
        "Lead berita.\n\n"
        "## Cara kerjanya\n\n"
        "- Satu\n- Dua\n\n"
        "> “Kata dia.”\n>\n> “Lagi.”\n\n"
        "Penutup.\n"
    )


@pytest.mark.parametrize("title", ["Judul\u2028dua\nbaris", '--- "kutip" \\', "# [x](y)"])
def test_a_title_is_one_line_of_yaml_and_a_headline(title):
    front, headline, _ = parsed(as_markdown(article(title=title)))
    told = " ".join(title.split())
    assert json.loads(front[2].removeprefix("title: ")) == told
    assert headline == ("title", told)


def test_a_row_without_kinds_is_paragraphs():
    assert {kind for kind, _ in parsed(as_markdown(article(kinds=None)))[2]} == {"paragraph"}


def test_articles_are_written_one_below_the_other(tmp_path):
    rows = [article(n) | {"outlet": "kontan", "month": "2023-09"} for n in range(3)]
    batch = pa.RecordBatch.from_pylist(rows, schema_of("articles"))
    with (tmp_path / "x.md").open("wb") as file:
        write_markdown([batch], batch.schema, file)
    text = (tmp_path / "x.md").read_text("utf-8")
    assert text == "".join(f"{as_markdown(row)}\n" for row in rows)
