-- Views over the dataset for DuckDB, exact also while it is written to and compacted.
-- From the checkout: duckdb -init output/sql/views.sql

-- Every capture of every article, with the story's id as clusters/ has it, and paragraph as the kind
-- of each paragraph where a file is older than the column kinds, as all files may be. A row is one capture; in
-- a bucket a merged file may stand for a moment beside those that it replaces. Of an outlet that is
-- asked for, no other outlet's files are opened.
CREATE OR REPLACE VIEW captures AS
SELECT stored.* REPLACE (
    coalesce(clusters.cluster_id, stored.cluster_id) AS cluster_id,
    CASE WHEN kinds IS NULL AND paragraphs IS NOT NULL
        THEN list_resize([]::VARCHAR[], len(paragraphs), 'paragraph') ELSE kinds END AS kinds)
FROM (
    SELECT *
    FROM (
        FROM read_parquet('output/data/articles/**/*.parquet', hive_partitioning = true,
            hive_types = {'outlet': VARCHAR, 'month': VARCHAR}, union_by_name = true)
        UNION ALL BY NAME
        SELECT NULL::VARCHAR[] AS kinds, NULL::VARCHAR AS published_hash WHERE false)
    QUALIFY row_number() OVER (
        PARTITION BY outlet, article_id, fetched_at, extractor_version) = 1) AS stored
LEFT JOIN (
    FROM read_parquet('output/data/clusters/*.parquet')
    QUALIFY as_of = max(as_of) OVER ()) AS clusters  -- the first version left older files
    ON clusters.article_id = stored.article_id;

-- One row per article: its last capture, as the newest extractor read it.
CREATE OR REPLACE VIEW latest AS
SELECT *
FROM captures
QUALIFY row_number() OVER (
    PARTITION BY outlet, article_id ORDER BY fetched_at DESC, extractor_version DESC) = 1;

-- Every capture with its revision: an article's first content has 1, each other content the next
-- number, in the order in which they were first fetched.
CREATE OR REPLACE VIEW revisions AS
SELECT * EXCLUDE first_seen,
    dense_rank() OVER (PARTITION BY outlet, article_id ORDER BY first_seen) AS revision
FROM (
    SELECT *, min(fetched_at) OVER (
        PARTITION BY outlet, article_id, coalesce(published_hash, content_hash)) AS first_seen
    FROM captures);
