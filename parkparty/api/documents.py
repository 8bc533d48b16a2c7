"""openapi.json: the interface described for programs, from the same tables that it answers from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from parkparty.api.columns import DAY, FIGURE, NUMBER, TEXT, Column, Schema

if TYPE_CHECKING:
    from parkparty.api.filters import Resource

VERSION = "1.0.0"

_REFUSALS = ("400", "401", "403", "404", "405", "429")


def openapi(resources: Iterable[Resource], of_figures: Iterable[tuple[str, forms.Field]]) -> dict[str, Any]:
    """The description of the interface (OpenAPI 3.1)."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Schema] = {"Figure": _object(FIGURE), "Problem": _PROBLEM}
    answer = {**_listed("Figure")}
    del answer["properties"]["next"]
    answer["required"] = ["data"]
    paths[reverse("api:figures")] = _get("figures", _("覆盖情况"), answer, _queries(of_figures))
    for resource in resources:
        schema = resource.name.capitalize()
        schemas[schema] = _object(resource.columns)
        address = reverse(f"api:{resource.name}")
        title = str(resource.title)
        paths[address] = _get(resource.name, title, _listed(schema), _queries(resource.fields))
        key = {"name": resource.key, "in": "path", "required": True, "schema": _key_schema(resource)}
        one = _("%(kind)s：一条") % {"kind": title}
        paths[f"{address}{{{resource.key}}}/"] = _get(f"{resource.name}_one", one, _ref(schema), [key])
    return {
        "openapi": "3.1.0",
        "info": {"title": _("园区党建数据接口"), "version": VERSION, "description": _("只读，按令牌主人的授权范围。")},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


def schema_of(field: forms.Field) -> Schema:
    """What a parameter may be, from the field that reads it."""
    if isinstance(field, forms.DateField):
        return DAY
    if isinstance(field, forms.ChoiceField):
        return {"type": "string", "enum": [value for value, _label in values_of(field)]}
    if isinstance(field, forms.IntegerField):
        return {**NUMBER, "minimum": field.min_value, "maximum": field.max_value}
    longest = {"maxLength": field.max_length} if isinstance(field, forms.CharField) and field.max_length else {}
    return {**TEXT, "minLength": 1, **longest}


def values_of(field: forms.Field) -> list[tuple[str, str]]:
    """What a parameter of a closed list may be, with what each value is called."""
    choices: Any = getattr(field, "choices", ())
    return [(str(value), str(label)) for value, label in choices if value]


def _queries(fields: Iterable[tuple[str, forms.Field]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": str(field.label), "schema": schema_of(field)}
        for name, field in fields
    ]


def _get(name: str, summary: str, schema: Schema, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    good = {"description": summary, "content": {"application/json": {"schema": schema}}}
    refused = {"description": _("未给出数据"), "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    answers = {"200": good, **dict.fromkeys(_REFUSALS, refused)}
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}}


def _object(columns: Iterable[Column]) -> Schema:
    properties = {column.name: {**column.schema, "description": str(column.about)} for column in columns}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _listed(schema: str) -> Schema:
    return {
        "type": "object",
        "properties": {"data": {"type": "array", "items": _ref(schema)}, "next": {"type": ["string", "null"]}},
        "required": ["data", "next"],
        "additionalProperties": False,
    }


def _ref(schema: str) -> Schema:
    return {"$ref": f"#/components/schemas/{schema}"}


def _key_schema(resource: Resource) -> Schema:
    return {**NUMBER, "minimum": 1} if resource.key == "pk" else {**TEXT, "pattern": "^[0-9A-Za-z][0-9A-Za-z._-]*$"}


_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": NUMBER,
        "detail": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"parameter": TEXT, "detail": TEXT},
                "required": ["parameter", "detail"],
            },
        },
        "request_id": TEXT,
    },
    "required": ["type", "title", "status", "detail", "errors", "request_id"],
}
