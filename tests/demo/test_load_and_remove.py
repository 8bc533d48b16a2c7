"""``manage.py demo`` twice, and ``--remove``: exactly what was loaded goes, with what people put on top of it."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError
from django.utils import timezone
from PIL import Image

from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityPhoto
from parkparty.audit.models import AuditEntry
from parkparty.audit.services import record
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CoverageLink, Tenancy
from parkparty.demo.models import DemoRecord
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.organizations.services import save_organization
from parkparty.places.models import Area, Park
from parkparty.rosters.models import RosterBatch
from tests.demo.conftest import Site, contents, run

TODAY = dt.date(2026, 1, 5)


def test_the_first_load_says_what_it_loaded(demo: Site) -> None:
    assert "4 个园区" in demo.message
    assert "12 个演示账号" in demo.message


def test_a_second_load_changes_nothing(demo: Site, django_assert_max_num_queries) -> None:
    before = contents()

    with django_assert_max_num_queries(3):
        assert run("demo") == "演示数据已载入，未作改动。"

    assert contents() == before


def test_what_the_site_had_is_untouched_by_the_load(demo: Site) -> None:
    after = contents()

    for table, rows in demo.before.items():
        assert [row for row in rows if row not in after[table]] == []


def test_removing_leaves_every_table_as_before(demo: Site) -> None:
    assert run("demo", "--remove").endswith("以及试用中添加的 0 行。")

    assert contents() == demo.before
    assert not DemoRecord.objects.exists()
    assert run("demo", "--remove") == "没有演示数据。"


def test_what_people_added_on_top_goes_too(demo: Site, settings, django_capture_on_commit_callbacks) -> None:
    secretary, administrator = (User.objects.get(username=f"demo-{name}") for name in ("secretary", "administrator"))
    kic = Park.objects.get(key="kic")
    branch = Organization.objects.get(code="DEMO-KIC-J4")
    new_branch = Organization(code="TRY", name="试建支部", type=OrganizationType.JOINT_BRANCH, parent=branch.parent)
    save_organization(new_branch, by=administrator)
    company = Company.objects.create(name="试用企业")
    Tenancy.objects.create(company=company, park=kic, since=TODAY)
    CoverageLink.objects.create(company=demo.company, organization=branch, kind=LinkKind.JOINT, since=TODAY)
    RosterBatch.objects.create(uploaded_by=administrator, filename="名册.xlsx", sha256="0" * 64)
    activity = Activity.objects.create(organization=branch, park=kic, author=secretary, topic="试用", held_on=TODAY)
    ActivityHost.objects.create(activity=activity, organization=branch)
    photo = ActivityPhoto.objects.create(activity=activity, file=ContentFile(one_pixel(), "photo.jpg"), sha256="1" * 64)
    assert Path(photo.file.path).exists()
    record("试用", activity, by=secretary)

    with django_capture_on_commit_callbacks(execute=True):
        said = run("demo", "--remove")

    # branch with its span, company with its tenancy, link, batch, activity with host row and photo
    assert said.endswith("以及试用中添加的 9 行。")
    assert contents() == demo.before
    assert not Path(photo.file.path).exists()
    assert AuditEntry.objects.filter(action="试用", actor_name=str(secretary)).exists()


def test_real_records_that_came_to_rest_on_the_demo_stay(demo: Site) -> None:
    reviewer = User.objects.get(username="demo-reviewer")
    district = Area.objects.get(code="310110")
    park = Park.objects.create(key="real", name="真实园区", area=district)
    Grant.objects.create(user=demo.user, role="viewer", area=Area.objects.get(code="330212"), since=TODAY)
    Tenancy.objects.create(company=demo.company, park=Park.objects.get(key="kic"), since=TODAY)
    activity = Activity.objects.create(
        organization=demo.organization,
        park=park,
        author=demo.user,
        topic="真实活动",
        held_on=TODAY,
        state=ActivityState.APPROVED,
        filed_at=timezone.now(),
        reviewed_by=reviewer,
        reviewed_at=timezone.now(),
    )

    said = run("demo", "--remove")

    assert "予以保留：杨浦区、杨浦区审核员（演示）" in said
    park.refresh_from_db()
    activity.refresh_from_db()
    reviewer.refresh_from_db()
    assert not reviewer.is_active
    assert not reviewer.grants.exists()
    assert demo.company.tenancies.get().park == demo.park
    assert not Area.objects.filter(code="330212").exists()


def test_production_refuses_it(demo: Site, settings) -> None:
    settings.PRODUCTION = True

    for command in (["demo"], ["demo", "--remove"]):
        with pytest.raises(CommandError, match="正式环境"):
            run(*command)
    assert DemoRecord.objects.exists()


def test_a_site_that_has_one_of_its_names_is_told_which(demo: Site) -> None:
    run("demo", "--remove")
    User.objects.create_user("demo-viewer", display_name="早有此人")

    with pytest.raises(CommandError, match="早有此人"):
        run("demo")
    assert not DemoRecord.objects.exists()


def one_pixel() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1, 1)).save(out, "JPEG")
    return out.getvalue()
