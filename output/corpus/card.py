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
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
_CROISSANT_TYPES = (
    (pa.types.is_integer, "sc:Integer"),
    (pa.types.is_floating, "sc:Float"),
    (pa.types.is_timestamp, "sc:DateTime"),
)


def write_card(folder: Path, recipe: Recipe, built: Built, schema: pa.Schema) -> None:
    """Write README.md and croissant.json into `folder`."""
    (folder / "README.md").write_text(_front(recipe, built) + _body(recipe, built), "utf-8")
    said = json.dumps(_croissant(recipe, built, schema), indent=2, ensure_ascii=False)
    (folder / "croissant.json").write_text(f"{said}\n", "utf-8")


def _front(recipe: Recipe, built: Built) -> str:
    size = next((name for most, name in _SIZES if built.total < most), "n>1M")
    lines = [
        "---",
        f"pretty_name: {json.dumps(recipe.name)}",
        "language:\n- id",
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


def _body(recipe: Recipe, built: Built) -> str:
    chosen = recipe.selection
    window = f"{chosen.since or 'the first'} to {chosen.until or 'the last'}"
    split = f"by time, {' and '.join(map(str, recipe.days))}" if recipe.days else "by story"
    empty = [side for side in SIDES if not built.rows[side]]
    parts = [
        f"# {recipe.name}\n",
        (
            f"Indonesian technology news: {built.total:,} rows, {built.words:,} words"
            f" and {built.characters:,} characters (no tokenizer ships with the project: tokens are"
            f" not counted). The newest capture is of {built.newest}.\n"
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
        _table(("split", "rows"), built.rows),
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
            f"Filters used: {', '.join(recipe.filters) or 'none'}; of {built.considered:,} articles"
            " each dropped, and of the rows here each would drop:\n"
        ),
        "| filter | dropped | would drop |\n|---|---|---|",
        *(
            f"| {name} | {built.dropped[name]:,} | {built.would_drop[name]:,} |"
            for name in ("gopher_quality", "gopher_repetition", "c4", "fineweb")
        ),
        "\n## Outlets\n",
        _table(("outlet", "rows"), built.outlets),
        "\n## Months\n",
        _table(("month", "rows"), built.months),
        "\n## Known flaws\n",
        (
            "Bodies are found by rules; `body_source`, `removed_share` and `doubts` say more."
            " Language is read off small words, Indonesian or English. Masks find no names."
            " Rewritten articles with few words in common can be on two sides.\n"
        ),
    ]
    return "\n".join(parts)


def _table(head: tuple[str, str], counts: Mapping[str, int]) -> str:
    rows = (f"| {name} | {count:,} |" for name, count in sorted(counts.items()))
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
        "description": f"Indonesian technology news, {built.total} rows",
        "license": LICENCE,
        "url": "https://example.org/",
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
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": path.rpartition("/")[2].removesuffix(".parquet"),
                "name": path.rpartition("/")[2].removesuffix(".parquet"),
                "field": list(_fields(path, schema)),
            }
            for path, _, _ in files
        ],
    }


def _fields(path: str, schema: pa.Schema) -> Iterable[dict[str, Any]]:
    for column in schema:
        yield {
            "@type": "cr:Field",
            "@id": f"{path.rpartition('/')[2].removesuffix('.parquet')}/{column.name}",
            "name": column.name,
            "dataType": next(
                (name for is_it, name in _CROISSANT_TYPES if is_it(column.type)), "sc:Text"
            ),
            **({"repeated": True} if pa.types.is_list(column.type) else {}),
            "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
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
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
