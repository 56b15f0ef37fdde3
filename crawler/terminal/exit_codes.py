"""The exit codes of commands, beside 0 (all well) and 2 (usage)."""

UNHEALTHY = 1
"""An outlet is unhealthy, or has no list of the days asked for and was the only outlet named; or a
command found what it was asked to look for."""
HELD = INTERRUPTED = 75
"""EX_TEMPFAIL of sysexits.h: another run holds the outlet, or a signal ended this one."""
