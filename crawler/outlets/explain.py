"""The outcome of extraction and cleaning for a page, block by block, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from output.schema import ARTICLES

if TYPE_CHECKING:
    from crawler.items import Article

_OF_A_RUN = ARTICLES.names[ARTICLES.names.index("content_hash") :]
"""The last columns, which a crawl or reparse fills."""
_PRINTED_APART = {
    "body", "paragraphs", "kinds", "published_raw", "published_source", "images", "related",
    "removed", "body_source", *_OF_A_RUN,
}  # fmt: skip
_FIELDS = [name for name in ARTICLES.names if name not in _PRINTED_APART]


def explain(article: Article, name: str, console: Console | None = None) -> None:
    """Print the fields of `article` with their sources, then each block as kept or removed.

    :param name: the file or URL of the page
    """
    console = console or Console()
    console.rule(Text(f"{name}  ·  {article.outlet}"), align="left")
    console.print(_fields(article))
    console.print(_blocks(article))


def _fields(article: Article) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for field in _FIELDS:
        value = getattr(article, field)
        shown = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        table.add_row(field, Text(shown or "–", style="" if shown else "dim"))
    table.add_row(
        "time from", Text(f"{article.published_source or '–'}  {article.published_raw or ''}")
    )
    table.add_row("body from", Text(article.body_source or "–"))
    for link in article.related:
        table.add_row("related", Text(f"{link.title}  {link.url or ''}"))
    return table


def _blocks(article: Article) -> Table:
    table = Table(box=None, pad_edge=False, title_justify="left", show_edge=False)
    table.add_column("", width=1)
    table.add_column("block", no_wrap=True, style="dim")
    table.add_column("rule", no_wrap=True)
    table.add_column("text", overflow="fold")
    for block in article.blocks:
        kept = not block.rule
        table.add_row(
            Text("✓", style="green") if kept else Text("✗", style="red"),
            block.kind,
            Text(block.rule, style="red"),
            Text(block.text, style="" if kept else "dim strike"),
        )
    # Fragments taken from inside a block have no block of their own.
    whole = {(block.rule, block.text) for block in article.blocks}
    for removal in article.removed:
        if (removal.rule, removal.text) not in whole:
            mark = Text("✂", style="yellow")
            table.add_row(
                mark, "inline", Text(removal.rule, style="yellow"), Text(removal.text, style="dim")
            )
    return table
