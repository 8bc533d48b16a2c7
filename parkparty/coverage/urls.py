"""Addresses of coverage, and of organisations, whose pages show what lies above their own floor."""

from django.urls import path

from parkparty.coverage.views import board, changes, cross, pages, plans, snapshots, targets
from parkparty.coverage.views import organizations as organization_views

app_name = "coverage"
urlpatterns = [
    path("", pages.index, name="index"),
    path("areas/<slug:code>/", pages.area_page, name="area"),
    path("areas/<slug:code>/plan/", plans.area_plan, name="area_plan"),
    path("parks/<slug:key>/", pages.park_page, name="park"),
    path("parks/<slug:key>/plan/", plans.park_plan, name="park_plan"),
    path("organizations/<str:code>/", pages.organization_coverage, name="organization"),
    path("dashboard/", board.dashboard, name="dashboard"),
    path("wall/", board.wall, name="wall"),
    path("months/", board.months, name="months"),
    path("life/", board.life, name="life"),
    path("cross/", cross.cross, name="cross"),
    path("changes/", changes.changes, name="changes"),
    path("companies/", changes.companies, name="companies"),
    path("targets/", targets.target_list, name="targets"),
    path("targets/set/", targets.target_set, name="target_set"),
    path("snapshots/", snapshots.snapshot_list, name="snapshots"),
    path("snapshots/take/", snapshots.snapshot_take, name="snapshot_take"),
    path("snapshots/<int:pk>/", snapshots.snapshot_detail, name="snapshot"),
    path("snapshots/<int:pk>/companies/", snapshots.snapshot_companies, name="snapshot_companies"),
    path("snapshots/<int:pk>/figures.json", snapshots.snapshot_file, name="snapshot_file"),
]

organizations = (
    [
        path("", pages.organization_list, name="list"),
        path("-/tree/", organization_views.tree, name="tree"),
        path("-/terms/", organization_views.terms, name="terms"),
        path("-/loads/", organization_views.branch_loads, name="loads"),
        path("-/terms.ics", organization_views.terms_file, name="terms_file"),
        path("<str:code>/", pages.organization_detail, name="detail"),
        path("<str:code>/checkup/", organization_views.checkup, name="checkup"),
        path("<str:code>/letter/", organization_views.letter, name="letter"),
    ],
    "organizations",
)
