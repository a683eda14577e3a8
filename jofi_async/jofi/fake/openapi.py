"""The fake's routes as OpenAPI 3.1, made of the table that serves them."""

from collections.abc import Sequence
from typing import Any

from jofi_async.fakes import schema
from jofi_async.jofi.fake import shapes
from jofi_async.jofi.fake.routing import Route

PREFIX = "jofi."
KEY = "jofi_key"
TEXT_IDS = frozenset({"careerNavigationProfileId"})


def describe(routes: Sequence[Route], base_path: str) -> dict[str, Any]:
    """Return the `paths` and `components` of routes.

    Args:
        routes: The table that serves them.
        base_path: Where they are served.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(base_path + _template(route.path), {})[route.method.lower()] = _operation(route)
    objects = {**shapes.ANSWERS, **shapes.BODIES, "refusal": _REFUSAL, "no_account": _NO_ACCOUNT}
    return {
        "paths": paths,
        "components": {
            "schemas": {PREFIX + name: shape for name, shape in objects.items()},
            "securitySchemes": {
                KEY: {"type": "http", "scheme": "bearer", "bearerFormat": "sk_live_... or sk_test_..."}
            },
        },
    }


_REFUSAL: schema.Schema = schema.closed(
    error={
        "anyOf": [
            schema.TEXT,
            schema.listed(schema.closed(path=schema.listed(schema.TEXT), message=schema.TEXT)),
        ]
    }
)
_NO_ACCOUNT: schema.Schema = schema.closed(error=schema.TEXT)


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{_camel(route.path)}",
        "summary": route.summary,
        "security": [{KEY: []}],
        "responses": _responses(route),
    }
    if parameters := [*_path_parameters(route), *_query_parameters(route)]:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": _json(_ref(route.body))}
    return operation


def _responses(route: Route) -> dict[str, Any]:
    missing = _ref("no_account")
    answers: dict[str, Any] = {str(route.status): _response("It worked.", _answer(route))}
    if route.refuses:
        answers["400"] = _response("A rule was broken.", _ref("refusal"))
    if route.null_when_missing:
        missing = schema.nullable(missing)
    answers["404"] = _response("No account has this key, or there is no such object.", missing)
    return answers


def _answer(route: Route) -> schema.Schema:
    """What is answered: each object says its mode, and so does the envelope of a list."""
    mode = {"type": "string", "enum": ["live", "test"]}
    if not route.many:
        shape = shapes.ANSWERS[route.answers]
        return {
            **shape,
            "required": ["mode", *shape["required"]],
            "properties": {"mode": mode, **shape["properties"]},
        }
    return schema.closed(
        mode=mode,
        object=schema.constant("list"),
        total_count=schema.INTEGER,
        has_more=schema.FLAG,
        data=schema.listed(_ref(route.answers)),
    )


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = [segment[1:] for segment in route.path.split("/") if segment.startswith(":")]
    return [
        {"name": name, "in": "path", "required": True, "schema": schema.TEXT if name in TEXT_IDS else schema.INTEGER}
        for name in names
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "in": "query",
            "required": one.required,
            "description": one.text,
            "schema": schema.TEXT if one.limit is None else {**schema.TEXT, "maxLength": one.limit},
        }
        for one in route.query
    ]


def _template(path: str) -> str:
    return "/".join(f"{{{segment[1:]}}}" if segment.startswith(":") else segment for segment in path.split("/"))


def _camel(path: str) -> str:
    words = path.replace("/:", "/by-").replace("/", "-").split("-")
    return "".join(word[:1].upper() + word[1:] for word in words)


def _ref(name: str) -> schema.Schema:
    return {"$ref": f"#/components/schemas/{PREFIX}{name}"}


def _response(text: str, shape: schema.Schema) -> dict[str, Any]:
    return {"description": text, "content": _json(shape)}


def _json(shape: schema.Schema) -> dict[str, Any]:
    return {"application/json": {"schema": shape}}
