"""Pieces of JSON Schema, of which fakes make the shapes of their objects."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
INTEGER: Schema = {"type": "integer"}
INTEGER_OR_NULL: Schema = {"type": ["integer", "null"]}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
NAME: Schema = {"type": "string", "minLength": 1}
EMAIL: Schema = {"type": "string", "format": "email"}


def limited(length: int) -> Schema:
    """A text or null, of a limited length."""
    return {"type": ["string", "null"], "maxLength": length}


def constant(value: str) -> Schema:
    """A field that always has one value."""
    return {"type": "string", "const": value}


def listed(items: Schema) -> Schema:
    """An array."""
    return {"type": "array", "items": items}


def nullable(schema: Schema) -> Schema:
    """That, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def closed(**fields: Schema) -> Schema:
    """An object of exactly these fields."""
    return {"type": "object", "required": list(fields), "properties": fields, "additionalProperties": False}


def open_(**fields: Schema) -> Schema:
    """An object of at least these fields."""
    return {"type": "object", "required": list(fields), "properties": fields}
