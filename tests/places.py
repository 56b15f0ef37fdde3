"""Places in the checkout, for tests wherever they stand."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
