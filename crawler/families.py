"""Bases of outlets that share a publisher or a system: only attributes that two of them need."""

from __future__ import annotations

from typing import ClassVar

from crawler.spider import NewsSpider


class DetikNetworkSpider(NewsSpider):
    """Trans Media's sites: `dtk:*` metas and boxes of class linksisip between the paragraphs."""

    junk: ClassVar[tuple[str, ...]] = (
        ".linksisip",
        ".lihatjg",
        "[class^=sisip_]",
        ".paradetail",
        ".parallaxindetail",
        "[id^=div-gpt-ad]",
        ".newstag",
        "a.border",
    )


class KlySpider(NewsSpider):
    """KLY's sites (Emtek): the first response holds all pages of an article, later ones hidden."""

    junk: ClassVar[tuple[str, ...]] = (
        ".baca-juga-collections",
        ".baca-juga",
        ".article-ad",
        ".article-content-body__break",
        ".advertisement-placeholder",
    )


class PromediaSpider(NewsSpider):
    """Promedia's system: `read__*` classes and `content_*` metas, in the line of Kompas."""

    title = "h1.read__title"
    published = (".read__info__date", "span.mt-10")
    byline = ".read__info__author"
    section = ".breadcrumb a"
    body = ("article.read__content", "div.read__article")


class WordPressSpider(NewsSpider):
    """Sites on WordPress: a plugin's JSON-LD, `entry-*` classes, `rel` on tags and categories."""

    technology: ClassVar[str | None] = ""
    title = ("h1.entry-title", "h1")
    published = "time.entry-date"
    byline = (".author a", "a[rel~=author]")
    section = "a[rel~=category]"
    tags = "a[rel=tag]"
    body = (".entry-content", ".wp-block-post-content")
    junk: ClassVar[tuple[str, ...]] = (".sharedaddy", ".jp-relatedposts", ".wp-block-embed")
