"""Whose page a URL of somebody's archive is."""

import pytest
from scrapy.utils.project import get_project_settings

from crawler.outlets.registry import Registry, load_spiders

REGISTRY = Registry(load_spiders(get_project_settings()))


@pytest.mark.parametrize(
    ("url", "name", "reason"),
    [
        ("https://keuangan.kontan.co.id/news/kapal-baru-berlayar", "kontan", ""),
        ("http://KEUANGAN.Kontan.co.id:80/news/kapal-baru-berlayar?page=all", "kontan", ""),
        ("https://keuangan.kontan.co.id./news/kapal-baru-berlayar", "kontan", ""),
        ("https://keuangan.kontan.co.id/news/kapal-baru-berlayar?page=2", "kontan", ""),
        ("https://keuangan.kontan.co.id/news/kapal-baru-berlayar/3", "kontan", ""),
        ("https://mediaindonesia.com/teknologi/1/kapal-listrik-baru?page=2", "", "further_page"),
        ("https://keuangan.kontan.co.id/news/kapal-baru-berlayar?page=1", "kontan", ""),
        ("https://m.merdeka.com/teknologi/kapal-baru-berlayar-123-mvk.html", "merdeka", ""),
        ("https://www.kontan.co.id/", "", "not_an_article"),
        ("https://travel.kompas.com/read/2023/09/01/101500/x", "", "other_host"),
        ("https://kontan.co.id.example.com/news/kapal", "", "other_host"),
        ("https://example.com/?u=https://kontan.co.id/news/kapal", "", "other_host"),
        ("https://x@keuangan.kontan.co.id/news/kapal-baru-berlayar", "", "bad_url"),
        ("ftp://keuangan.kontan.co.id/news/kapal-baru-berlayar", "", "other_host"),
        ("", "", "other_host"),
    ],
)
def test_an_article_is_known_by_its_url(url: str, name: str, reason: str):
    assert REGISTRY.find(url) == (name, reason)
