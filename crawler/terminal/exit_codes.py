"""The exit codes of commands, beside 0 (all well) and 2 (usage)."""

UNHEALTHY = 1
"""An outlet is unhealthy; or the only outlet named has no list of the days asked for, or was put
off for its Crawl-delay; or a command found what it was asked to look for."""
CLOSED = 141
"""128 + SIGPIPE, as `cat` has before a `head` that ends first."""
HELD = INTERRUPTED = 75
"""EX_TEMPFAIL of sysexits.h: another run holds the outlet, or a signal ended this one."""
CLOSED = 141
"""128 + SIGPIPE, as `cat` has before a `head` that ends first."""
