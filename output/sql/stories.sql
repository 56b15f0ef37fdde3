-- The stories of the dataset, for DuckDB: who told which, and when. Needs the table clusters/, which
-- `scrapy crawlall` and `scrapy compact` write, and the views of views.sql.
-- From the checkout: duckdb -init output/sql/views.sql -cmd '.read output/sql/stories.sql'

-- One row per story. Its first article gives its id, title and published_at. What came after the
-- last grouping is told by the story it was stored with. `wire` are the agencies that any of its
-- articles is credited to; null before a file of clusters/ has the column.
CREATE OR REPLACE VIEW stories AS
WITH grouped AS (
    SELECT article_id, cluster_id, wire
    FROM (
        FROM read_parquet('output/data/clusters/*.parquet')
        UNION ALL BY NAME
        SELECT NULL::VARCHAR[] AS wire WHERE false)
    QUALIFY as_of = max(as_of) OVER ()),
told AS (
    SELECT coalesce(grouped.cluster_id, latest.cluster_id, latest.article_id) AS cluster_id,
        latest.article_id, outlet, title, coalesce(published_at, fetched_at) AS moment, wire
    FROM latest LEFT JOIN grouped ON grouped.article_id = latest.article_id)
SELECT cluster_id, arg_min(title, (moment, article_id)) AS title, min(moment) AS published_at,
    max(moment) AS last_published_at, list_sort(list(DISTINCT outlet)) AS outlets,
    count(*) AS articles, list(article_id ORDER BY moment, article_id) AS article_ids,
    any_value(wire) AS wire
FROM told
GROUP BY cluster_id;
