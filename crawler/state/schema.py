"""The tables of the state file: a script for each version of the file."""

from __future__ import annotations

MIGRATIONS = (
    """
    CREATE TABLE parts (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
    CREATE TABLE captures (
        part INTEGER NOT NULL, article_id TEXT NOT NULL, fetched_at INTEGER NOT NULL,
        version TEXT NOT NULL, content_hash BLOB NOT NULL, published_at INTEGER);
    CREATE INDEX captures_by_part ON captures (part);
    CREATE INDEX captures_by_id ON captures (article_id);
    CREATE TABLE rejects (
        part INTEGER NOT NULL, article_id TEXT NOT NULL, reason TEXT NOT NULL,
        version TEXT NOT NULL, published_at INTEGER);
    CREATE INDEX rejects_by_part ON rejects (part);
    CREATE INDEX rejects_by_id ON rejects (article_id);
    CREATE TABLE pending (
        article_id TEXT PRIMARY KEY, outlet TEXT NOT NULL, candidate TEXT NOT NULL,
        look INTEGER NOT NULL, next_at INTEGER NOT NULL, tries INTEGER NOT NULL, reason TEXT,
        taken_by TEXT);
    CREATE INDEX pending_by_time ON pending (outlet, next_at);
    CREATE TABLE validators (
        url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, body_hash BLOB NOT NULL,
        version TEXT NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE blocks (
        host TEXT PRIMARY KEY, reason TEXT NOT NULL, until INTEGER NOT NULL,
        times INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE days (
        outlet TEXT NOT NULL, day TEXT NOT NULL, source TEXT NOT NULL, listed INTEGER NOT NULL,
        done INTEGER NOT NULL, PRIMARY KEY (outlet, day, source)) WITHOUT ROWID;
    """,
    """
    ALTER TABLE parts ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
    UPDATE parts SET told = 1 WHERE path NOT LIKE 'articles/%';
    CREATE INDEX parts_untold ON parts (path) WHERE NOT told;
    CREATE TABLE told_by (reader TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE tellings (
        id INTEGER PRIMARY KEY, article_id TEXT NOT NULL UNIQUE, content_hash BLOB NOT NULL,
        moment INTEGER NOT NULL);
    CREATE TABLE triples (telling INTEGER PRIMARY KEY, packed BLOB NOT NULL);
    CREATE TABLE bands (
        stride INTEGER NOT NULL, band INTEGER NOT NULL, telling INTEGER NOT NULL,
        PRIMARY KEY (stride, band, telling)) WITHOUT ROWID;
    CREATE TABLE copies (
        one INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (one, other)) WITHOUT ROWID;
    """,
    "ALTER TABLE days ADD COLUMN off_topic INTEGER NOT NULL DEFAULT 0;",
    """
    ALTER TABLE blocks RENAME TO refusals;
    ALTER TABLE parts RENAME COLUMN told TO is_read;
    DROP INDEX parts_untold;
    CREATE INDEX parts_unread ON parts (path) WHERE NOT is_read;
    ALTER TABLE told_by RENAME TO read_by;
    ALTER TABLE tellings RENAME TO texts;
    ALTER TABLE triples RENAME TO fingerprints;
    ALTER TABLE fingerprints RENAME COLUMN telling TO text;
    ALTER TABLE bands RENAME COLUMN telling TO text;
    """,
    """
    ALTER TABLE parts ADD COLUMN is_joined INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX parts_unjoined ON parts (path) WHERE NOT is_joined;
    CREATE TABLE aliases (
        alias TEXT NOT NULL, article_id TEXT NOT NULL, is_stated INTEGER NOT NULL,
        PRIMARY KEY (alias, article_id)) WITHOUT ROWID;
    """,
    """
    CREATE TABLE suspects (
        outlet TEXT NOT NULL, digest BLOB NOT NULL, article_id TEXT NOT NULL, run_id TEXT NOT NULL,
        PRIMARY KEY (outlet, digest, article_id, run_id)) WITHOUT ROWID;
    """,
    """
    ALTER TABLE parts ADD COLUMN is_searched INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX parts_unsearched ON parts (path) WHERE NOT is_searched;
    CREATE TABLE carriers (
        part INTEGER NOT NULL, article_id TEXT NOT NULL, keys BLOB NOT NULL,
        PRIMARY KEY (part, article_id)) WITHOUT ROWID;
    CREATE TABLE suspected (
        outlet TEXT NOT NULL, line TEXT NOT NULL, shape TEXT NOT NULL, articles INTEGER NOT NULL,
        first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
        PRIMARY KEY (outlet, line)) WITHOUT ROWID;
    """,
)
"""Scripts in the order of the file's versions: a file of version n lacks the scripts from n on.

Instants are microseconds since 1970 in UTC. `parts` are the dataset's files that the index holds;
`aliases` and `is_joined` belong to `crawler.state.aliases`; `is_read`, `read_by`, `texts`,
`fingerprints`, `bands` and `copies` belong to `crawler.state.stories`; `suspects` to
`crawler.state.suspects`; `is_searched`, `carriers` and `suspected` to `crawler.state.recurrence`.
"""
