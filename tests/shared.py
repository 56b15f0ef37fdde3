"""Real material that stands beside a checkout and never in it: other people's pages and texts."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real pages and texts (../shared) are not here"
)
