"""The card of a training set, filled from the counts of the build, and Croissant metadata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from output.corpus.sides import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from output.corpus.build import Built, Recipe

LICENCE = (
    "Rights in the texts stay with their outlets. This set gives no licence to the texts: it is for"
    " research and text analysis where the law of the user's country permits them."
)
_KINDS: Mapping[str | None, str] = {
    "newsroom": "Made-up articles of a made-up newsroom, no news",
    "web": "Indonesian technology news",
    None: "Indonesian technology news (nothing records that it came from the web)",
}
MEANINGS = {
    "article_id": "id of the article in the dataset",
    "story_id": "id of its story, by which the set is split",
    "outlet": "name of the outlet",
    "url": "address that it was fetched from",
    "title": "headline",
    "text": "headline and body, or the body alone, as above; masked, if the set is",
    "topics": "topics by a lexicon",
    "published_at": "time of publication, UTC; null if the page named none",
    "fetched_at": "time of download, UTC",
    "extractor_version": "version of the rules that found the body",
    "content_hash": "hash of headline and body, before masks",
    "ai_use": "allowed, refused or unstated by the outlet; null: not recorded",
    "language": "`id` or `en` by small words of `text`, else as its page says",
    "language_confidence": "share of that language in the small words; null: fewer than three",
    "body_source": "rule that found the body",
    "removed_share": "share of characters that rules took out of the body",
    "doubts": "no_time, zone_assumed, paywalled, found_by_density",
    "words": "words of `text` that are no signs",
    "characters": "characters of `text`",
    "mean_word_length": "characters a word (Gopher)",
    "symbols_per_word": "hash marks and ellipses a word (Gopher)",
    "alphabetic_words": "share of words with a letter (Gopher)",
    "stop_words": "Indonesian stop words that occur (Gopher)",
    "lines_with_punctuation": "share of lines that end in an end mark (FineWeb)",
    "short_lines": "share of lines of at most 30 characters (FineWeb)",
    "repeated_lines": "share of characters in repeated lines (Gopher)",
    "repeated_5_grams": "share of characters in repeated runs of five words (Gopher)",
    "gopher_quality": "first rule that drops the text; null: passes",
    "gopher_repetition": "first rule that drops the text; null: passes",
    "c4": "first rule that drops the text; null: passes",
    "fineweb": "first rule that drops the text; null: passes",
    "masked_email": "e-mail addresses masked in `text`",
    "masked_phone": "phones masked in `text`",
    "masked_nik": "identity numbers masked in `text`",
    "masked_plate": "plates masked in `text`",
}
"""By column of a set, its meaning."""
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
_CROISSANT_TYPES = (
    (pa.types.is_integer, "sc:Integer"),
    (pa.types.is_floating, "sc:Float"),
    (pa.types.is_timestamp, "sc:DateTime"),
)


def write_card(folder: Path, recipe: Recipe, built: Built, schema: pa.Schema) -> None:
    """Write README.md and croissant.json into `folder`."""
    (folder / "README.md").write_text(_front(recipe, built) + _body(recipe, built, schema), "utf-8")
    said = json.dumps(_croissant(recipe, built, schema), indent=2, ensure_ascii=False)
    (folder / "croissant.json").write_text(f"{said}\n", "utf-8")


def _front(recipe: Recipe, built: Built) -> str:
    size = next((name for most, name in _SIZES if built.total < most), "n>1M")
    lines = [
        "---",
        f"pretty_name: {json.dumps(recipe.name)}",
        "language:\n" + "\n".join(f"- {each}" for each in _languages(built)),
        "license: other",
        "license_name: rights-of-outlets",
        f"license_details: {json.dumps(LICENCE)}",
        f"size_categories:\n- {size}",
        "task_categories:\n- text-generation\n- text-classification",
        "configs:",
    ]
    for config, ending in (("default", "parquet"), ("jsonl", "jsonl.zst")):
        lines.append(f"- config_name: {config}\n  data_files:")
        lines += [
            f'  - split: {side}\n    path: "data/{side}-*.{ending}"'
            for side in SIDES
            if built.rows[side]
        ]
    return "\n".join([*lines, "---", "", ""])


def _body(recipe: Recipe, built: Built, schema: pa.Schema) -> str:
    chosen = recipe.selection
    window = f"{chosen.since or 'the first'} to {chosen.until or 'the last'}"
    split = f"by time, {' and '.join(map(str, recipe.days))}" if recipe.days else "by story"
    empty = [side for side in SIDES if not built.rows[side]]
    parts = [
        f"# {recipe.name}\n",
        (
            f"{_KINDS[built.origin]}: {built.total:,} rows, {built.words:,} words,"
            f" {built.characters:,} characters, {_tokens(built)}. The newest capture is of"
            f" {built.newest}.\n"
        ),
        f"- a row is: {'an article' if recipe.by_article else 'a story, by its earliest article'}",
        f"- text: {'headline and body' if recipe.with_title else 'body'}",
        (
            f"- days of publication (WIB): {window}; outlets: {', '.join(chosen.outlets) or 'all'};"
            f" topic: {chosen.topic or 'all'};"
            f" query: {'yes' if chosen.articles is not None else 'none'}"
        ),
        f"- personal data masked: {_list(built.masked) if recipe.masks else 'no'}\n",
        "## Splits\n",
        f"Split {split}. A story is on one side.\n",
        _table(("split", "rows"), {side: built.rows[side] for side in SIDES}),
        *([f"\nWithout rows, and so not loaded: {', '.join(empty)}.\n"] if empty else []),
        (
            f"\nNear-duplicate search over the rows: {built.leaks} pairs on two sides. Joined"
            f" before the split, by nearly the same words: {built.near_joined}. Stories with"
            f" articles outside this selection too, on the same side: {built.across_window}. The"
            f" largest story has {built.largest:,} of the dataset's {built.articles:,} articles.\n"
        ),
        (
            f"Since the former build, joins of former stories: {_named(built.joins)}; articles that"
            f" moved to another side: {_named(built.moved)}.\n"
        ),
        "## The right to use it\n",
        f"{LICENCE}\n",
        (
            f"Left out, since the outlet refuses AI use: {built.refused}. In the set:"
            f" {_list(built.ai_use)} (unknown: nothing was recorded when it was crawled).\n"
        ),
        "## Quality\n",
        (
            f"Filters used: {', '.join(recipe.filters) or 'none'}. Dropped are articles, of"
            f" {built.considered:,} that were chosen; would be dropped are rows of this set:\n"
        ),
        "| filter | dropped | would be dropped |\n|---|---|---|",
        *(
            f"| {name} | {built.dropped[name]:,} | {built.would_drop[name]:,} |"
            for name in ("gopher_quality", "gopher_repetition", "c4", "fineweb")
        ),
        "\n## Outlets\n",
        _table(("outlet", "rows"), _sorted(built.outlets)),
        "\n## Months\n",
        _table(("month", "rows"), _sorted(built.months)),
        "\n## Languages\n",
        _table(("language", "rows"), _sorted(built.languages)),
        "\n## Columns\n",
        "| column | type | meaning |\n|---|---|---|",
        *(f"| `{field.name}` | `{field.type}` | {MEANINGS[field.name]} |" for field in schema),
        "\n## Known flaws\n",
        (
            "Bodies are found by rules; `body_source`, `removed_share` and `doubts` say more."
            " `language` comes of no model: of some thirty small words, Indonesian and English, it"
            " is the language with more, and `language_confidence` is the share of these, no"
            " probability; Malay and regional languages pass for Indonesian. Masks find no names,"
            " and no form that they do not know. Rewritten articles with few words in common can be"
            " on two sides.\n"
        ),
    ]
    return "\n".join(parts)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _languages(built: Built) -> list[str]:
    """Return the languages of the rows, the most frequent first."""
    return sorted({*built.languages} - {"unknown"}, key=lambda name: -built.languages[name])


def _tokens(built: Built) -> str:
    if not built.tokenizer:
        return "tokens not counted"
    return f"{built.tokens:,} tokens ({built.tokenizer})"


def _table(head: tuple[str, str], counts: Mapping[str, int]) -> str:
    rows = (f"| {name} | {count:,} |" for name, count in counts.items())
    return "\n".join([f"| {head[0]} | {head[1]} |", "|---|---|", *rows])


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "0"


def _named(names: list[str]) -> str:
    return f"{len(names)} ({', '.join(names)})" if names else "0"


def _croissant(recipe: Recipe, built: Built, schema: pa.Schema) -> dict[str, Any]:
    """Return the metadata in Croissant 1.0, http://mlcommons.org/croissant/1.0."""
    files = [each for each in built.files if each[0].endswith(".parquet")]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": recipe.name,
        "description": f"{_KINDS[built.origin]}, {built.total} rows",
        "license": LICENCE,
        "url": "README.md",
        "version": "1.0.0",
        "datePublished": built.newest,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "contentUrl": path,
                "contentSize": f"{size} B",
                "encodingFormat": "application/x-parquet",
                "sha256": digest,
            }
            for path, size, digest in files
        ]
        + [
            {
                "@type": "cr:FileSet",
                "@id": f"files-of-{side}",
                "name": f"files-of-{side}",
                "includes": f"data/{side}-*.parquet",
                "encodingFormat": "application/x-parquet",
            }
            for side in SIDES
            if built.rows[side]
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": side,
                "name": side,
                "field": list(_fields(side, schema)),
            }
            for side in SIDES
            if built.rows[side]
        ],
    }


def _fields(side: str, schema: pa.Schema) -> Iterable[dict[str, Any]]:
    for column in schema:
        yield {
            "@type": "cr:Field",
            "@id": f"{side}/{column.name}",
            "name": column.name,
            "description": MEANINGS[column.name],
            "dataType": next(
                (name for is_it, name in _CROISSANT_TYPES if is_it(column.type)), "sc:Text"
            ),
            **({"repeated": True} if pa.types.is_list(column.type) else {}),
            "source": {
                "fileSet": {"@id": f"files-of-{side}"},
                "extract": {"column": column.name},
            },
        }


_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "equivalentProperty": "cr:equivalentProperty",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
