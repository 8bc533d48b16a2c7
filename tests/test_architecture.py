"""What the import linter cannot see: which way tables point, that pages start from a scope, and what is never kept."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

ROOT = Path(settings.BASE_DIR)
CODE = sorted(path for path in (ROOT / "parkparty").rglob("*.py") if "migrations" not in path.parts)
DRAWING = ROOT / "parkparty/core/templatetags/parkparty.py"
"""The one file that says what is safe on a page: it fills patterns of ours and escapes the rest (core/test_drawing)."""
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGE_FILES = {"views", "forms", "admin", "tasks", "filters", "tables"}
OURS = [app for app in apps.get_app_configs() if app.name.startswith("parkparty.")]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_page_file(path: Path) -> bool:
    inside_app = path.relative_to(ROOT / "parkparty").with_suffix("").parts[1:2]
    return bool(PAGE_FILES.intersection(inside_app))


PAGES = [pytest.param(path, id=named(path)) for path in CODE if is_page_file(path)]


class TestTables:
    def floors(self) -> dict[str, int]:
        contract = tomllib.loads((ROOT / "importlinter.toml").read_text())["tool"]["importlinter"]["contracts"][0]
        layers = [re.findall(r"\w+", layer) for layer in contract["layers"]]
        return {name: -number for number, names in enumerate(layers) for name in names}

    def test_foreign_keys_point_into_their_own_app_or_down(self) -> None:
        floors = self.floors()
        relations = [field for app in OURS for model in app.get_models() for field in model._meta.get_fields()]
        relations = [field for field in relations if field.is_relation and field.concrete]
        upward = [
            str(field)
            for field in relations
            if (other := field.related_model)
            and other._meta.app_label in floors
            and floors[other._meta.app_label] > floors[field.model._meta.app_label]
        ]
        assert len(relations) > 40
        assert not upward

    @pytest.mark.parametrize("app", OURS, ids=lambda app: app.label)
    def test_counts_are_kept_and_not_people(self, app: Any) -> None:
        words = re.compile(r"check_?in|face|photo_of|id_(card|number)|birth|gender|score|points|rank|attend(ee|ance)")
        fields = [field for model in app.get_models() for field in model._meta.local_fields]
        assert not [str(field) for field in fields if words.search(field.name)]

    def test_names_of_people_stand_with_accounts_and_posts_only(self) -> None:
        holders = {"accounts.User", "organizations.Officer"}
        contacts = {
            model._meta.label
            for app in OURS
            for model in app.get_models()
            for field in model._meta.local_fields
            if isinstance(field, models.EmailField) or field.name in {"phone", "mobile_phone", "display_name"}
        }
        assert contacts == holders


class TestScope:
    """Scoping that must be remembered is forgotten: on a page no manager goes without ``within``."""

    managers = frozenset({"objects", "_default_manager", "_base_manager"})
    starts = frozenset({"within", "none"})

    def bare(self, tree: ast.AST) -> Iterator[int]:
        kept = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in self.starts}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in self.managers and node not in kept:
                yield node.lineno
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"get_object_or_404", "get_list_or_404"}:
                yield node.lineno

    @pytest.mark.parametrize("path", PAGES)
    def test_pages_start_from_the_scope(self, path: Path) -> None:
        assert not list(self.bare(ast.parse(path.read_text(encoding="utf-8"))))

    @pytest.mark.parametrize(
        ("source", "is_bare"),
        [
            ("Park.objects.within(scope).first()", False),
            ("Park.objects\\\n.within(scope)", False),
            ("Park.objects.none()", False),
            ("Park.objects.filter(pk=1).within(scope)", True),
            ("rows = Park._default_manager", True),
            ("get_object_or_404(Park, pk=1)", True),
        ],
    )
    def test_the_check_itself_finds_them(self, source: str, is_bare: bool) -> None:
        assert bool(list(self.bare(ast.parse(source)))) == is_bare


PUBLIC = {
    "accounts:login",
    "accounts:second_factor",
    "accounts:demo_login",
    "accounts:oidc",
    "accounts:oidc_callback",
    "accounts:logout",
    "accounts:invitation",
    "activities:feed",
    "api:openapi",
    "feedback",
    "text_size",
    "set_language",
}
"""Addresses that a visitor may open: signing in and out, a calendar's secret address, what the footer offers,
and the description of the interface for programs, which tells nothing but what the code tells."""

OWN = {
    "home",
    "notices:inbox",
    "notices:read",
    "notices:mail",
    "accounts:password_change",
    "accounts:password_change_done",
    "accounts:security",
    "accounts:session_end",
    "accounts:sessions_end",
    "accounts:enrol",
    "accounts:factor_remove",
    "accounts:codes",
    "accounts:codes_renew",
}
"""Addresses of one's own account, whatever the role."""


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name}", pattern


ROUTES = dict(routes(get_resolver().url_patterns))
OUTSIDE_ADMIN = {name: pattern for name, pattern in ROUTES.items() if not name.startswith("admin:")}
FOR_PROGRAMS = {name for name in ROUTES if name.startswith("api:")} - {"api:docs", "api:openapi"}
"""Addresses that open to a key, never to a browser's sign-in."""


class TestRoutes:
    def test_every_address_asks_for_a_role_or_is_on_the_short_list(self) -> None:
        open_to_all = {name for name, pattern in OUTSIDE_ADMIN.items() if not hasattr(pattern.callback, "action")}
        assert open_to_all == PUBLIC | OWN

    @pytest.mark.parametrize("name", sorted(set(OUTSIDE_ADMIN) - PUBLIC - FOR_PROGRAMS))
    def test_a_visitor_is_sent_to_the_login(self, client: Client, db: None, name: str) -> None:
        parameters = OUTSIDE_ADMIN[name].pattern.converters
        sample = {key: {"IntConverter": 1}.get(type(kind).__name__, "1") for key, kind in parameters.items()}
        address = reverse(name, kwargs=sample)
        answers = {answer.status_code: answer for answer in (client.get(address), client.post(address))}
        assert {302} <= set(answers) <= {302, 405}
        assert answers[302].headers["Location"].startswith(reverse("accounts:login"))

    @pytest.mark.parametrize("name", sorted(FOR_PROGRAMS))
    def test_a_program_without_a_key_is_told_so(self, client: Client, db: None, name: str) -> None:
        sample = dict.fromkeys(OUTSIDE_ADMIN[name].pattern.converters, "1")
        refused = client.get(reverse(name, kwargs=sample))
        assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")

    def test_no_address_speaks_of_what_is_not_built(self) -> None:
        words = re.compile(r"check-?in|sign-?in-sheet|ranking|leaderboard|points|score", re.I)
        assert not [name for name, pattern in ROUTES.items() if words.search(f"{name} {pattern.pattern}")]


class TestPages:
    @pytest.mark.parametrize("path", TEMPLATES, ids=named)
    def test_templates_escape_and_never_rank_people(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off", text)
        assert not re.search(r"\{#(?:(?!#\}).)*$", text, re.M), "a comment over two lines stands on the page"
        assert not re.search(r"打卡|签到|积分|排名|排行|人脸", text)

    @pytest.mark.parametrize("path", CODE, ids=named)
    def test_code_marks_nothing_safe_and_ranks_nobody(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        marks = set(re.findall(r"\bmark_safe\b|\bSafeString\(|\.extra\(|RawSQL|\bpickle\b", text))
        assert marks == ({"SafeString("} if path == DRAWING else set())
        assert not re.search(r"打卡|签到|积分|排名|排行|人脸", text)

    @pytest.mark.parametrize("path", [path for path in CODE if path != DRAWING], ids=named)
    def test_what_draws_has_its_pattern_from_the_code(self, path: Path) -> None:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        drawers = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "drawer"]
        assert all(isinstance(call.args[0], ast.Constant) for call in drawers)

    @pytest.mark.parametrize(
        "path", [path for path in CODE if "views" in path.parts or path.stem == "views"], ids=named
    )
    def test_pages_use_the_forms_of_their_own_app(self, path: Path) -> None:
        app = path.relative_to(ROOT / "parkparty").parts[0]
        imported = [
            node.module
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module
        ]
        strangers = [name for name in imported if re.fullmatch(r"parkparty\.\w+\.forms(\..*)?", name)]
        assert not [name for name in strangers if name.split(".")[1] not in (app, "core")]


class TestCode:
    @pytest.mark.parametrize("path", [path for path in CODE if path.stem != "apps"], ids=named)
    def test_imports_stand_at_the_top_and_apps_send_no_signals(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        deferred = [
            node.lineno
            for function in functions
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert not deferred
        assert "django.db.models.signals" not in path.read_text(encoding="utf-8")
