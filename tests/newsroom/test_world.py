from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest

from crawler.newsroom.clock import WIB
from crawler.newsroom.houses import houses
from crawler.newsroom.world import Reply, World

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOTH = ("mediaindonesia", "kontan")


@pytest.fixture
def world() -> World:
    return World(1, BOTH, now=NOW)


def get(world: World, url: str, **headers: str) -> Reply:
    host, _, target = url.removeprefix("https://").partition("/")
    return world.answer(host, f"/{target}", {k.replace("_", "-"): v for k, v in headers.items()})


def links(reply: Reply) -> list[str]:
    return re.findall(r"<(?:link|loc)>(https://[^<]+/[^<]+)</", reply.body.decode())


def test_a_seed_always_makes_the_same_world(world: World):
    again = World(1, BOTH, now=NOW)
    assert world.urls("kontan") == again.urls("kontan")
    for url in world.urls("kontan"):
        assert get(world, url) == get(again, url)
    assert World(2, BOTH, now=NOW).urls("kontan") != world.urls("kontan")


def told(world: World, url: str) -> tuple[object, ...]:
    """Return the facts of an article that never change; related links may."""
    truth = world.truth(url)
    return truth.title, truth.passages, truth.leaks, truth.published_at, truth.signoff, truth.wire


@pytest.mark.parametrize("later", [timedelta(minutes=20), timedelta(days=1), timedelta(days=8)])
def test_the_clock_adds_articles_and_changes_none(later: timedelta):
    world, after = (World(1, BOTH, now=now, wires=6) for now in (NOW, NOW + later))
    for outlet in BOTH:
        before = world.urls(outlet)
        assert len(after.urls(outlet)) == pytest.approx(len(before), abs=4)  # wires vary
        assert [told(after, url) for url in before] == [told(world, url) for url in before]
        assert all(get(after, url).status == 200 for url in before)
        fresh = [after.truth(url) for url in set(after.urls(outlet)) - set(before)]
        newest = max(world.truth(url).published_at for url in before)
        assert all(one.wire or one.published_at > newest for one in fresh)
        assert len(fresh) <= 5 if later < timedelta(hours=1) else len(fresh) >= 5


def test_articles_edited_by_their_desks_say_more(world: World):
    since = World(1, BOTH, now=NOW, edited=True)
    for outlet in BOTH:
        assert since.urls(outlet) == world.urls(outlet)
        edited = [url for url in world.urls(outlet) if told(since, url) != told(world, url)]
        assert 1 <= len(edited) <= 6
        for url in edited:
            was, now = world.truth(url), since.truth(url)
            assert len(now.paragraphs) == len(was.paragraphs) + 1
            assert was.modified_at < now.modified_at < NOW
            assert get(since, url, if_none_match=get(world, url).headers["ETag"]).status == 200


def test_articles_are_of_yesterday_of_september_2023_and_of_january_2021(world: World):
    times = [world.truth(url).published_at.astimezone(WIB) for url in world.urls("kontan")]
    assert times == sorted(times, reverse=True)
    assert {f"{t:%Y-%m}" for t in times} == {"2026-11", "2023-09", "2021-01"}
    assert NOW - times[0] < timedelta(hours=8)


def test_every_outlet_has_off_topic_articles_or_technology_alone():
    world = World(1, now=NOW)
    for name, house in houses().items():
        kinds = {world.truth(url).kind for url in world.urls(name)}
        assert "article" in kinds
        assert ("off_topic" in kinds) is (house.share < 1), name


def test_article_ids_are_not_shared_within_an_outlet():
    world = World(1, now=NOW)
    for name in houses():
        assert len(set(world.urls(name))) == len(world.urls(name))


def test_a_feed_lists_the_newest_and_knows_its_validators(world: World):
    url = "https://mediaindonesia.com/feed"
    reply = get(world, url)
    assert links(reply)[:2] == world.urls("mediaindonesia")[:2]
    etag, changed = reply.headers["ETag"], reply.headers["Last-Modified"]
    assert get(world, url, if_none_match=etag).status == 304
    assert get(world, url, if_modified_since=changed).status == 304
    assert get(world, url, if_none_match='"old"', if_modified_since=changed).status == 200


def test_a_feed_forgets_what_new_articles_push_out(world: World):
    before = links(get(world, "https://industri.kontan.co.id/rss"))
    etag = get(world, "https://mediaindonesia.com/feed").headers["ETag"]
    fresh = world.publish("mediaindonesia", 40)
    after = links(get(world, "https://mediaindonesia.com/feed"))
    assert set(fresh) <= set(after)
    assert world.urls("mediaindonesia")[40] not in after
    assert get(world, "https://mediaindonesia.com/feed", if_none_match=etag).status == 200
    assert links(get(world, "https://industri.kontan.co.id/rss")) == before
    assert all(get(world, url).status == 200 for url in fresh)


def test_the_news_sitemap_holds_two_days_and_the_index_leads_to_the_past(world: World):
    urls = world.urls("kontan")
    assert links(get(world, "https://www.kontan.co.id/sitemap-news.xml")) == urls[:20]
    months = links(get(world, "https://www.kontan.co.id/sitemap.xml"))
    (september,) = (url for url in months if "2023-09" in url)
    past = gzip.decompress(get(world, september).body).decode()
    assert [url for url in urls if f"<loc>{url}</loc>" in past] == urls[20:30]


def test_index_pages_are_walked_by_offset(world: World):
    def page(offset: int) -> list[str]:
        html = get(world, f"https://mediaindonesia.com/indeks/20/{offset}").body.decode()
        return re.findall(r'<h3><a title="[^"]*" href="([^"]+)"', html)

    assert [*page(0), *page(20)] == world.urls("mediaindonesia")
    assert page(40) == []


@pytest.mark.parametrize(
    ("outlet", "url"),
    [
        ("detikinet", "https://inet.detik.com/indeks?date=09/{:02}/2023&page=1"),
        ("kompastekno", "https://indeks.kompas.com/?site=tekno&date=2023-09-{:02}&page=1"),
        ("liputan6", "https://www.liputan6.com/tekno/indeks/2023/09/{:02}"),
        ("okezone", "https://ototekno.okezone.com/indeks/2023/09/{:02}/0"),
        ("sindonews", "https://www.sindonews.com/indeks/612/0?t=2023-09-{:02}"),
    ],
)
def test_index_pages_know_the_days_of_the_past(outlet: str, url: str):
    world = World(1, [outlet], now=NOW, recent=2, past=30)
    truths = [world.truth(url) for url in world.urls(outlet)]
    past = [t for t in truths if t.published_at.year == 2023 and t.kind != "off_topic"]
    listed = "".join(get(world, url.format(day)).body.decode() for day in range(1, 31))
    main = "".join(re.findall(r"(?s)<main>.*?</main>", listed))
    assert past
    assert all(truth.url in main for truth in past)
    assert not any(t.url in main for t in truths if t.published_at.year != 2023)


def test_two_pages_of_an_article_make_the_whole(world: World):
    whole = [f"{url}?page=all" for url in world.urls("kontan")]
    split = [url for url in whole if get(world, url).body != get(world, url[:-9]).body]
    assert split
    for url in split:
        halves = [get(world, f"{url[:-9]}{page}").body.decode() for page in ("", "?page=2")]
        truth = world.truth(url)
        for place, text in enumerate(truth.paragraphs[1:-1], 1):
            found = [text[20:] in half.replace("&#34;", '"') for half in halves]
            assert any(found) or "<a href" in "".join(halves), (place, text)
        assert truth.paragraphs[-1][:40] not in halves[0]


def test_an_edited_article_says_more_and_has_a_new_etag(world: World):
    url = world.urls("kontan")[0]
    before, truth = get(world, url), world.truth(url)
    world.edit(url)
    after = get(world, url)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert get(world, url, if_none_match=before.headers["ETag"]).status == 200
    assert len(world.truth(url).paragraphs) == len(truth.paragraphs) + 1
    assert world.truth(url).paragraphs[-2] in after.body.decode()
    assert world.truth(url).published_at == truth.published_at


def test_a_removed_article_is_gone_but_still_listed(world: World):
    url = world.urls("mediaindonesia")[0]
    world.remove(url)
    assert get(world, url).status == 410
    assert url in links(get(world, "https://mediaindonesia.com/feed"))


def test_an_unknown_url_is_not_found(world: World):
    assert get(world, "https://mediaindonesia.com/teknologi/1/tidak-ada").status == 404
    assert get(world, "https://outlet.example/").status == 404
    with pytest.raises(KeyError):
        world.truth("https://mediaindonesia.com/teknologi/1/tidak-ada")


def test_leaks_have_two_forms_and_are_on_their_pages():
    world = World(1, ["mediaindonesia"], now=NOW, recent=100, past=0, older=0)
    leaks = {leak for url in world.urls("mediaindonesia") for leak in world.truth(url).leaks}
    assert len(leaks) == 2
    for url in world.urls("mediaindonesia"):
        truth = world.truth(url)
        assert all(leak in get(world, url).body.decode() for leak in truth.leaks)
        assert not set(truth.leaks) & set(truth.paragraphs)


def test_robots_txt_can_be_replaced(world: World):
    world.robots["kontan"] = "User-agent: *\nCrawl-delay: 3\n"
    assert b"Crawl-delay: 3" in get(world, "https://industri.kontan.co.id/robots.txt").body
    assert b"Crawl-delay" not in get(world, "https://mediaindonesia.com/robots.txt").body


def test_feeds_have_their_flaws():
    world = World(1, ["kontan", "tribunnews", "tempotekno", "okezone"], now=NOW)
    assert get(world, "https://www.kontan.co.id/rss").body.startswith(b"<!DOCTYPE html>")
    assert set(links(get(world, "https://www.tribunnews.com/rss"))) == set()
    assert b"<item>" not in get(world, "https://rss.tempo.co/teknologi").body
    stale = get(world, "https://sindikasi.okezone.com/index.php/rss/6/RSS2.0").body
    assert b"<item>" in stale and b" 2026 " not in stale.partition(b"<item>")[2]
