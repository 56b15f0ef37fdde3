"""Check rows before Arrow converts them, so that a bad row is refused alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from output.schema import Row

Weigher = Callable[[Any], int]


class RowError(ValueError):
    """A row that does not fit the schema: Arrow would fail, or lose part of a value."""


class RowCheck:
    """A check of rows against a schema in microseconds, where converting a row takes Arrow half a
    millisecond and more."""

    def __init__(self, schema: pa.Schema) -> None:
        self._required = [field.name for field in schema if not field.nullable]
        self._weighers = {field.name: _weigher(field.type) for field in schema}

    def weigh(self, row: Row) -> int:
        """Return about how many bytes `row` holds.

        :raises RowError: when a column is unknown, a required column missing, a value not of its
            column's type, a time without zone, a text not Unicode.
        """
        if unknown := row.keys() - self._weighers.keys():
            raise RowError(f"no such column: {', '.join(sorted(unknown))}")
        for name in self._required:
            if row.get(name) is None:
                raise RowError(f"{name} is missing")
        total = 0
        for name, value in row.items():
            if value is not None:
                try:
                    total += self._weighers[name](value)
                except ValueError as error:
                    raise RowError(f"{name}: {error}") from error
        return total


def _weigher(kind: pa.DataType) -> Weigher:
    if isinstance(kind, pa.ListType):
        return _list(_weigher(kind.value_type))
    if isinstance(kind, pa.StructType):
        return _struct({field.name: _weigher(field.type) for field in kind})
    return _PLAIN[kind]


def _text(value: Any) -> int:
    _expect(str, value)
    return len(value.encode())  # a lone surrogate, as broken JSON gives them, raises here


def _instant(value: Any) -> int:
    _expect(datetime, value)
    if value.utcoffset() is None:
        raise ValueError(f"no zone: {value}")
    if not 1 < value.year < 9999:
        raise ValueError(f"no day that every zone can tell: {value}")
    return 8


def _bool(value: Any) -> int:
    _expect(bool, value)
    return 1


def _float(value: Any) -> int:
    _expect(float, value)
    return 8


def _integer(bits: int) -> Weigher:
    limit = 1 << (bits - 1)

    def weigh(value: Any) -> int:
        if type(value) is not int or not -limit <= value < limit:
            raise ValueError(f"not a whole number of {bits} bits: {value!r:.80}")
        return bits // 8

    return weigh


def _list(each: Weigher) -> Weigher:
    def weigh(value: Any) -> int:
        _expect(list, value)
        return sum(map(each, value))

    return weigh


def _struct(fields: dict[str, Weigher]) -> Weigher:
    def weigh(value: Any) -> int:
        _expect(dict, value)
        if unknown := value.keys() - fields.keys():
            raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
        return sum(fields[name](part) for name, part in value.items() if part is not None)

    return weigh


def _expect(kind: type, value: Any) -> None:
    if not isinstance(value, kind):
        raise ValueError(f"not a {kind.__name__}: {value!r:.80}")


_PLAIN: dict[pa.DataType, Weigher] = {
    pa.string(): _text,
    pa.timestamp("us", tz="UTC"): _instant,
    pa.bool_(): _bool,
    pa.float64(): _float,
    pa.int32(): _integer(32),
    pa.int64(): _integer(64),
}
