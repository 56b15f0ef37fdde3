from datetime import date

import pytest

from crawler.sources.window import ArgumentError, Arguments


def test_a_crawl_without_arguments_asks_for_the_present():
    arguments = Arguments.of({})
    assert not arguments.window.past
    assert arguments.limit is None


def test_days_and_a_limit_are_parsed():
    arguments = Arguments.of({"since": "2023-09-01", "until": "2023-09-30", "limit": "20"})
    assert (arguments.window.since, arguments.window.until) == (date(2023, 9, 1), date(2023, 9, 30))
    assert arguments.limit == 20


def test_scrapyd_s_own_arguments_are_ignored():
    assert Arguments.of({"_job": "a1", "_version": "7"}).limit is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": "1 September 2023"}, "since=1 September 2023 is no date like 2023-09-01"),
        ({"until": "2023-02-30"}, "until=2023-02-30 is no date"),
        ({"since": ""}, "since= is no date"),
        ({"since": "2023-10-01", "until": "2023-09-01"}, "is after until"),
        ({"since": "2999-01-01"}, "since=2999-01-01 is still to come"),
        ({"limit": "0"}, "limit=0 is no whole number above 0"),
        ({"limit": "-3"}, "limit=-3"),
        ({"limit": "banyak"}, "limit=banyak"),
        ({"sinse": "2023-09-01"}, "unknown argument sinse"),
        ({"urls": "/tidak/ada"}, "urls=/tidak/ada cannot be read: "),
        ({"urls": "/dev/null"}, "urls=/dev/null names none"),
    ],
)
def test_an_argument_without_meaning_is_one_clear_line(given: dict[str, str], said: str):
    with pytest.raises(ArgumentError) as caught:
        Arguments.of(given)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_names_a_url_a_line(tmp_path):
    path = tmp_path / "urls"
    path.write_text("# dari arsip\n\n https://kontan.co.id/news/a \nhttps://kontan.co.id/news/b")
    urls = ("https://kontan.co.id/news/a", "https://kontan.co.id/news/b")
    assert Arguments.of({"urls": str(path), "limit": "5"}).urls == urls
    assert Arguments.of({}).urls is None
    with pytest.raises(ArgumentError, match="not with since and until"):
        Arguments.of({"urls": str(path), "since": "2023-09-01"})
