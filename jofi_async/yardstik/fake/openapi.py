"""The fake's routes as OpenAPI 3.1, made of the table that serves them."""

from collections.abc import Sequence
from typing import Any

from jofi_async.fakes.schema import INTEGER, TEXT, Schema, closed, constant, listed, open_
from jofi_async.yardstik.fake import shapes
from jofi_async.yardstik.fake.routing import Route

PREFIX = "yardstik."
KEY = "yardstik_key"
PARAMETERS: dict[str, Schema] = {
    "page": {"type": "integer", "minimum": 1},
    "per_page": {"type": "integer", "minimum": 1},
    "order": {"type": "string", "enum": ["asc", "desc"]},
    "order_by": TEXT,
    "query[created_at_gteq]": {"type": "string", "format": "date-time"},
}
_MEANINGS = {400: "It is no JSON.", 404: "There is no such object.", 422: "A rule was broken."}


def describe(routes: Sequence[Route], base_path: str) -> dict[str, Any]:
    """Return the `paths` and `components` of routes.

    Args:
        routes: The table that serves them.
        base_path: Where they are served.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = base_path + route.path.replace(":id", "{id}")
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    objects = {**shapes.OBJECTS, **shapes.BODIES, "refusal": shapes.REFUSAL}
    return {
        "paths": paths,
        "components": {
            "schemas": {PREFIX + name: shape for name, shape in objects.items()},
            "securitySchemes": {
                KEY: {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Account <API_KEY>"}
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    words = [word for word in route.path.split("/") if word and word != ":id"]
    operation: dict[str, Any] = {
        "operationId": "yardstik" + "".join(word.capitalize() for word in (route.method.lower(), *words, *_one(route))),
        "summary": route.summary,
        "security": [{KEY: []}],
        "responses": _responses(route),
    }
    if ":id" in route.path:
        schema = {**TEXT, "minLength": 1, "maxLength": 50}
        operation["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": schema}]
    elif route.shape == "page":
        operation["parameters"] = [
            {"name": name, "in": "query", "required": False, "schema": schema} for name, schema in PARAMETERS.items()
        ]
    if route.body:
        required = "required" in shapes.BODIES[route.body]
        operation["requestBody"] = {"required": required, "content": _json(_ref(route.body))}
    return operation


def _one(route: Route) -> Sequence[str]:
    return ["one"] if route.path.endswith(":id") else []


def _responses(route: Route) -> dict[str, Any]:
    answers: dict[str, Any] = {str(route.status): {"description": "It worked."}}
    if route.answers:
        answers[str(route.status)]["content"] = _json(_answer(route))
    refusals = (*((400,) if route.body else ()), *route.refusals)
    for status, text in {401: "No account has this key.", **{one: _MEANINGS[one] for one in refusals}}.items():
        answers[str(status)] = {"description": text, "content": _json(_ref("refusal"))}
    return answers


def _answer(route: Route) -> Schema:
    one = _ref(route.answers)
    if route.shape == "array":
        return listed(one)
    if route.shape == "page":
        meta = closed(page=INTEGER, per_page=INTEGER, total_count=INTEGER, total_pages=INTEGER)
        return open_(object=constant("list"), meta=meta, data=listed(one))
    return one


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{PREFIX}{name}"}


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
