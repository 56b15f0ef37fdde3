"""The report's figures: a query for each section, over a narrow copy of the dataset in memory."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from output import clock
from output.schema import ARTICLES, Row
from output.views import HAS_TIME, IN_WIB, connect, has_clusters, older_columns, reading

if TYPE_CHECKING:
    from output.dataset import Location

Rows = list[Row]

FIELDS = [
    name
    for name in ARTICLES.names
    if ARTICLES.field(name).nullable
    and name not in ("body", "paragraphs", "kinds", "cluster_id", "zone_assumed")
    and name not in ("published_hash", "lifted")
]
"""Columns whose fill rates are reported: nullable columns that repeat no other column."""
_STEPS = ((92, "day"), (750, "week"), (7500, "month"), (10**9, "year"))
"""Days of the longest span that is drawn by day, by week, by month, by year."""
DAILY = 400
"""Days of the longest span whose articles are counted by day."""


class Summary:
    """The articles of a period, each as last captured, and the runs and rejects of that time.

    :param since: the first day in WIB; None: from the beginning
    :param until: the last day in WIB
    :raises OSError: when a file of the dataset cannot be read.
    """

    def __init__(
        self, location: Location, since: date | None = None, until: date | None = None
    ) -> None:
        self.now = clock.now()
        self.has_clusters = has_clusters(location)
        period = {
            "since": since or date.min,
            "until": (until or date.max - timedelta(days=1)) + timedelta(days=1),
        }
        with reading():
            self.older_columns = older_columns(location)
            self._connection = connect(location)
            self._connection.execute(_KEYS)
            for table in (_FACTS, _REJECTS, _RUNS):
                self._connection.execute(table, period)
        self.span = self._rows("SELECT min(day) AS first, max(day) AS last FROM facts")[0]
        self.articles = self._rows("SELECT count(*) AS articles FROM facts")[0]["articles"]
        days = (self.span["last"] - self.span["first"]).days if self.span["first"] else 0
        self.step = next(step for longest, step in _STEPS if days <= longest)
        self.daily = "day" if days <= DAILY else self.step

    def close(self) -> None:
        self._connection.close()

    def _rows(self, query: str, *values: object) -> Rows:
        result = self._connection.execute(query, list(values))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    # -- amounts

    def totals(self) -> Row:
        return self._rows("""
            SELECT count(*) AS articles, count(DISTINCT outlet) AS outlets,
                coalesce(sum(word_count), 0)::BIGINT AS words,
                (SELECT count(*) FROM keys SEMI JOIN facts USING (article_id)) AS captures,
                (SELECT count(*) FROM refused) AS rejects,
                (SELECT count(*) FROM manifests) AS runs,
                count(*) FILTER (published IS NULL) AS undated,
                count(*) FILTER (paywalled) AS paywalled,
                count(*) FILTER (archived) AS archived,
                max(published) AS newest, max(fetched) AS fetched
            FROM facts""")[0]

    def outlets(self) -> Rows:
        """Return every outlet with articles, rejects or runs, and its last run."""
        return self._rows("""
            WITH stored AS (
                SELECT outlet, count(*) AS articles, max(published) AS newest,
                    max(fetched) AS fetched, median(word_count)::BIGINT AS words
                FROM facts GROUP BY outlet),
            refusals AS (SELECT outlet, count(*) AS rejects FROM refused GROUP BY outlet),
            runs_of AS (
                SELECT outlet, max(started) AS last_run, arg_max(judgement, started) AS judgement,
                    arg_max(detail, started) AS detail
                FROM manifests WHERE command = 'crawl' GROUP BY outlet)
            SELECT outlet, coalesce(articles, 0) AS articles, newest, fetched, words,
                coalesce(rejects, 0) AS rejects, last_run, judgement, detail
            FROM stored FULL JOIN refusals USING (outlet) FULL JOIN runs_of USING (outlet)
            ORDER BY outlet""")

    def articles_over_time(self) -> Rows:
        return self._rows(f"""
            SELECT date_trunc('{self.daily}', day)::DATE AS day, count(*) AS articles
            FROM facts GROUP BY ALL ORDER BY day""")

    def articles_by_outlet(self) -> Rows:
        return self._rows(f"""
            SELECT outlet, date_trunc('{self.step}', day)::DATE AS day, count(*) AS articles
            FROM facts GROUP BY ALL ORDER BY outlet, day""")

    def hours(self) -> Rows:
        """Return the articles by hour of publication: all 24 hours, in WIB."""
        return self._rows("""
            SELECT hour, count(outlet) AS articles
            FROM range(24) hours(hour) LEFT JOIN facts ON hour(published) = hour
            GROUP BY hour ORDER BY hour""")

    # -- quality

    def fill_rates(self) -> Rows:
        """Return for each outlet the share of its articles, 0 to 1, in which a field is filled."""
        shares = ", ".join(f"avg(has_{name}::INT) AS {name}" for name in FIELDS)
        return self._rows(f"SELECT outlet, {shares} FROM facts GROUP BY outlet ORDER BY outlet")

    def fill_rates_over_time(self) -> Rows:
        """Return the fill rates of all outlets together, over time."""
        shares = ", ".join(f"avg(has_{name}::INT) AS {name}" for name in FIELDS)
        return self._rows(f"""
            SELECT date_trunc('{self.step}', day)::DATE AS day, {shares}
            FROM facts GROUP BY ALL ORDER BY day""")

    def body_sources(self) -> Rows:
        return self._rows(f"""
            SELECT date_trunc('{self.step}', day)::DATE AS day,
                coalesce(body_source, '?') AS source, count(*) AS articles
            FROM facts GROUP BY ALL ORDER BY day, source""")

    def body_sources_by_outlet(self) -> Rows:
        return self._rows("""
            SELECT outlet, coalesce(body_source, '?') AS source, count(*) AS articles,
                count(*) / sum(count(*)) OVER (PARTITION BY outlet) AS share
            FROM facts GROUP BY outlet, source ORDER BY outlet, articles DESC""")

    def rejects(self) -> Rows:
        return self._rows("""
            SELECT reason, count(*) AS pages, count(DISTINCT outlet) AS outlets,
                mode(outlet) AS mostly
            FROM refused GROUP BY reason ORDER BY pages DESC, reason""")

    def removals(self) -> Rows:
        return self._rows("""
            SELECT rule, count(*) AS fragments, count(DISTINCT article_id) AS articles,
                count(DISTINCT outlet) AS outlets
            FROM (SELECT article_id, outlet, unnest(rules) AS rule FROM facts)
            GROUP BY rule ORDER BY fragments DESC, rule""")

    def recurring(self, most: int = 100) -> Rows:
        """Return the lines that recur in an outlet's articles, the newest first."""
        return self._rows(
            """
            SELECT outlet, line, shape, articles, first_seen, last_seen FROM boilerplate
            ORDER BY last_seen DESC, outlet, line LIMIT ?""",
            most,
        )

    def revisions(self) -> Rows:
        """Return the number of articles by their number of contents."""
        return self._rows("""
            SELECT contents, count(*) AS articles
            FROM (SELECT article_id, count(DISTINCT content) AS contents
                FROM keys SEMI JOIN facts USING (article_id) GROUP BY article_id)
            GROUP BY contents ORDER BY contents""")

    def revised(self, most: int = 10) -> Rows:
        """Return the articles that changed most often."""
        return self._rows(
            """
            SELECT article_id, any_value(facts.outlet) AS outlet, any_value(title) AS title,
                count(DISTINCT content) AS contents
            FROM keys JOIN facts USING (article_id) GROUP BY article_id
            HAVING contents > 1 ORDER BY contents DESC, article_id LIMIT ?""",
            most,
        )

    # -- contents

    def cluster_sizes(self) -> Rows:
        """Return the number of stories by their number of outlets."""
        return self._rows("""
            SELECT outlets, count(*) AS stories, sum(articles)::BIGINT AS articles
            FROM (SELECT cluster_id, count(DISTINCT outlet) AS outlets, count(*) AS articles
                FROM facts WHERE cluster_id IS NOT NULL GROUP BY cluster_id)
            GROUP BY outlets ORDER BY outlets""")

    def copied(self, most: int = 10) -> Rows:
        """Return the stories that most outlets carried in the period.

        By all articles of a story, also those of other days: article_id, title and outlet of its
        first article (`first`), the time until another outlet had it (`next_lag`) and until the
        last copy (`last_lag`), null where a time of day is not known; and `wire`, the agencies
        that any of them is credited to.
        """
        return self._rows(
            f"""
            WITH most_copied AS (
                SELECT cluster_id, list_sort(list(DISTINCT outlet)) AS outlets,
                    count(*) AS articles
                FROM facts WHERE cluster_id IS NOT NULL GROUP BY cluster_id
                HAVING len(outlets) > 1
                ORDER BY len(outlets) DESC, articles DESC, cluster_id LIMIT ?),
            told AS (
                SELECT cluster_id, article_id, outlet, title,
                    coalesce(published_at, fetched_at) AS moment,
                    published_at IS NOT NULL AND {HAS_TIME} AS timed
                FROM captures SEMI JOIN most_copied USING (cluster_id)
                QUALIFY row_number() OVER (
                    PARTITION BY article_id ORDER BY fetched_at DESC, extractor_version DESC) = 1),
            beginning AS (
                SELECT *, first_value(outlet) OVER by_time AS first,
                    first_value(timed) OVER by_time AS first_timed,
                    moment - first_value(moment) OVER by_time AS lag
                FROM told WINDOW by_time AS (
                    PARTITION BY cluster_id ORDER BY moment, article_id))
            SELECT cluster_id, arg_min(article_id, (moment, article_id)) AS article_id,
                arg_min(title, (moment, article_id)) AS title, any_value(first) AS first,
                min(lag) FILTER (timed AND first_timed AND outlet <> first) AS next_lag,
                max(lag) FILTER (timed AND first_timed) AS last_lag,
                (SELECT any_value(wire) FROM clusters
                    WHERE clusters.cluster_id = beginning.cluster_id) AS wire,
                any_value(outlets) AS outlets, any_value(articles) AS articles
            FROM beginning JOIN most_copied USING (cluster_id) GROUP BY cluster_id
            ORDER BY len(any_value(outlets)) DESC, any_value(articles) DESC, cluster_id""",
            most,
        )

    def topics(self, most: int = 12) -> Rows:
        """Return the commonest topics over time; an article may have several."""
        return self._rows(
            f"""
            WITH said AS (SELECT date_trunc('{self.step}', day)::DATE AS day,
                unnest(topics) AS topic FROM facts)
            SELECT day, topic, count(*) AS articles FROM said
            WHERE topic IN (
                SELECT topic FROM said GROUP BY topic ORDER BY count(*) DESC, topic LIMIT ?)
            GROUP BY ALL ORDER BY day, topic""",
            most,
        )

    def tags(self, most: int = 25) -> Rows:
        """Return the commonest tags, in their commonest spelling."""
        return self._rows(
            """
            SELECT mode(tag) AS tag, count(*) AS articles, count(DISTINCT outlet) AS outlets
            FROM (SELECT outlet, unnest(tags) AS tag FROM facts)
            GROUP BY lower(tag) ORDER BY articles DESC, lower(tag) LIMIT ?""",
            most,
        )

    def named(self, most: int = 20) -> Rows:
        """Return the entities that most articles name, with the number of articles."""
        return self._rows(
            """
            SELECT entity_id, count(DISTINCT article_id) AS articles
            FROM mentions SEMI JOIN facts USING (article_id)
            WHERE kind NOT IN ('money', 'percent')
            GROUP BY entity_id ORDER BY articles DESC, entity_id LIMIT ?""",
            most,
        )

    def runs(self, most: int = 30) -> Rows:
        """Return the last runs, a row each, the newest first."""
        return self._rows(
            """
            SELECT run_id, any_value(command) AS command, min(started) AS started,
                max(seconds) AS seconds,
                count(*) AS outlets, sum(listed)::BIGINT AS listed,
                sum(resumed)::BIGINT AS resumed,
                sum(stored)::BIGINT AS stored, sum(revised)::BIGINT AS revised,
                sum(unchanged)::BIGINT AS unchanged, sum(skipped)::BIGINT AS skipped,
                sum(rejected)::BIGINT AS rejected, sum(gone)::BIGINT AS gone,
                sum(failed)::BIGINT AS failed, sum(blocked)::BIGINT AS blocked,
                list_sort(list(outlet) FILTER (judgement = 'unhealthy')) AS unhealthy
            FROM manifests GROUP BY run_id ORDER BY started DESC, run_id LIMIT ?""",
            most,
        )


def _filled(name: str) -> str:
    kind = str(ARTICLES.field(name).type)
    column = f"captures.{name}"
    if kind.startswith("list"):
        return f"coalesce(len({column}), 0) > 0"
    return f"coalesce({column}, '') <> ''" if kind == "string" else f"{column} IS NOT NULL"


_IN_PERIOD = "{} >= $since AND {} < $until"
_PUBLISHED, _FETCHED = IN_WIB.format("published_at"), IN_WIB.format("fetched_at")
_KEYS = """
CREATE TEMP TABLE keys AS
SELECT article_id, fetched_at, extractor_version,
    hash(coalesce(published_hash, content_hash)) AS content
FROM captures"""
_FACTS = f"""
CREATE TEMP TABLE facts AS
WITH last AS (
    SELECT article_id, max((fetched_at, extractor_version)) AS key FROM keys GROUP BY article_id)
SELECT DISTINCT ON (captures.article_id)
    captures.article_id, outlet, title, {_PUBLISHED} AS published, {_FETCHED} AS fetched,
    coalesce({_PUBLISHED}, {_FETCHED})::DATE AS day,
    word_count, paywalled, body_source, topics, tags, archive IS NOT NULL AS archived,
    list_transform(removed, lambda removal: removal.rule) AS rules,
    cluster_id,
    {", ".join(f"{_filled(name)} AS has_{name}" for name in FIELDS)}
FROM captures
JOIN last ON captures.article_id = last.article_id
    AND (captures.fetched_at, captures.extractor_version) = last.key
WHERE {_IN_PERIOD.format("day", "day")}"""
_REJECTS = f"""
CREATE TEMP TABLE refused AS
SELECT outlet, reason FROM rejects WHERE {_IN_PERIOD.format(_FETCHED, _FETCHED)}"""
_STARTED = IN_WIB.format("started_at")
_RUNS = f"""
CREATE TEMP TABLE manifests AS
SELECT run_id, outlet, coalesce(command, 'crawl') AS command, {_STARTED} AS started, seconds,
    listed, resumed, stored, revised, unchanged, skipped, rejected, gone, failed, blocked,
    judgement, detail
FROM runs WHERE {_IN_PERIOD.format(_STARTED, _STARTED)}"""
