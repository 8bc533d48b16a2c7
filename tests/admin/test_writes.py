"""Writing on the data pages: recorded, through the services, and never out of the writer's reach."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parkparty.access.admin.site import site
from parkparty.access.permissions import Action
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import Company, Tenancy
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import Officer, Organization
from parkparty.places.models import Area, Building, Park
from tests.admin.conftest import Stock, address_of
from tests.admin.forms import form_at, submit
from tests.conftest import LONG_AGO, World, make_company

OUTSIDE = "离开您负责的范围"


@pytest.fixture
def park_client(administrator: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(administrator)


@pytest.fixture
def district_client(district_administrator: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(district_administrator)


def trail() -> list[tuple[str, str]]:
    """What people did, oldest first; what the tests prepare is done by nobody."""
    return [
        (entry.action, entry.object_name) for entry in AuditEntry.objects.filter(actor__isnull=False).order_by("id")
    ]


def refused(answer: Any) -> str:
    """The page that came back with the reason."""
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode()
    return str(answer.content.decode())


def values_of(row: Any) -> dict[str, Any]:
    values = type(row).objects.filter(pk=row.pk).values().get()
    return {name: value for name, value in values.items() if name != "updated_at"}


WRITABLE = [pages for pages in site._registry.values() if pages.action != Action.READ_AUDIT]


@pytest.mark.parametrize("pages", WRITABLE, ids=lambda pages: pages.opts.label)
def test_saving_a_form_as_it_came_changes_and_records_nothing(
    pages: Any, district_client: Client, here: Stock, shared: Stock
) -> None:
    row = (here.rows | shared.rows)[pages.model]
    before, entries = values_of(row), len(trail())
    answer = submit(district_client, address_of("change", pages.model, row.pk))
    assert answer.status_code in {302, 403}
    assert values_of(row) == before
    assert len(trail()) == entries


class TestCompanies:
    new = address_of("add", Company)

    def test_a_company_comes_with_its_place(self, park_client: Client, administrator: User, world: World) -> None:
        answer = submit(
            park_client, self.new, name="新来公司", tenancies__0__park=world.kic.pk, tenancies__0__since="2026-01-01"
        )
        assert answer.status_code == 302
        assert Company.objects.get(name="新来公司").tenancies.get().park == world.kic
        assert trail() == [("新建企业", "新来公司"), ("新建入驻", "新来公司 · 创智园")]
        assert {entry.actor for entry in AuditEntry.objects.filter(action__startswith="新建企")} == {administrator}

    def test_a_company_without_a_place_is_not_kept(self, park_client: Client) -> None:
        page = refused(submit(park_client, self.new, name="无处公司"))
        assert OUTSIDE in page
        assert "无处公司" in page
        assert not Company.objects.exists()
        assert not trail()

    def test_another_park_is_no_choice(self, park_client: Client, world: World) -> None:
        page = refused(
            submit(
                park_client,
                self.new,
                name="邻家公司",
                tenancies__0__park=world.neighbour.pk,
                tenancies__0__since="2026-01-01",
            )
        )
        assert "邻家公司" in page
        assert not Company.objects.exists()

    def test_a_company_next_door_is_not_found(self, park_client: Client, world: World) -> None:
        there = make_company(5, world.neighbour)
        assert park_client.post(address_of("change", Company, there.pk), {"name": "x"}).status_code == 404

    def test_a_company_that_moved_away_is_seen_but_not_changed(self, park_client: Client, world: World) -> None:
        company = make_company(6, world.kic)
        company.tenancies.update(until=dt.date(2020, 1, 1))
        Tenancy.objects.create(company=company, park=world.neighbour, since=dt.date(2020, 1, 1))
        address = address_of("change", Company, company.pk)
        assert park_client.get(address).status_code == 200
        assert "邻里园" not in park_client.get(address).content.decode()
        assert park_client.post(address, {"name": "x"}).status_code == 403

    def test_a_wrong_code_is_told_and_kept(self, park_client: Client, here: Stock) -> None:
        address = address_of("change", Company, here.rows[Company].pk)
        page = refused(submit(park_client, address, uscc="91350100M000100Y4A"))
        assert "末位校验不符" in page
        assert "91350100M000100Y4A" in page

    def test_companies_are_not_deleted(self, park_client: Client, here: Stock) -> None:
        assert (
            park_client.post(address_of("delete", Company, here.rows[Company].pk), {"post": "yes"}).status_code == 403
        )


class TestPlaces:
    def test_a_change_is_recorded_with_before_and_after(self, park_client: Client, here: Stock) -> None:
        building = here.rows[Building]
        submit(park_client, address_of("change", Building, building.pk), name="新楼")
        assert AuditEntry.objects.first().changes == {"name": ["自家楼", "新楼"]}

    def test_a_row_cannot_be_moved_out_of_reach(self, park_client: Client, here: Stock, world: World) -> None:
        building = here.rows[Building]
        refused(submit(park_client, address_of("change", Building, building.pk), park=world.neighbour.pk))
        building.refresh_from_db()
        assert building.park == world.kic

    def test_the_district_above_is_named_and_stays(self, park_client: Client, world: World) -> None:
        address = address_of("change", Park, world.kic.pk)
        assert submit(park_client, address, area=world.putuo.pk, address="某路 1 号").status_code == 302
        world.kic.refresh_from_db()
        assert (world.kic.area, world.kic.address) == (world.wujiaochang, "某路 1 号")

    def test_areas_chosen_by_others_survive_a_save(self, park_client: Client, world: World) -> None:
        world.kic.other_areas.set([world.putuo])
        assert submit(park_client, address_of("change", Park, world.kic.pk), address="某路").status_code == 302
        assert list(world.kic.other_areas.all()) == [world.putuo]

    def test_a_park_outside_is_not_created(self, park_client: Client, world: World) -> None:
        refused(submit(park_client, address_of("add", Park), key="new", name="新园", area=world.putuo.pk))
        assert not Park.objects.filter(key="new").exists()

    def test_a_district_adds_a_park_and_moves_it(self, district_client: Client, world: World) -> None:
        submit(district_client, address_of("add", Park), key="new", name="新园", area=world.yangpu.pk)
        park = Park.objects.get(key="new")
        submit(district_client, address_of("change", Park, park.pk), area=world.wujiaochang.pk)
        park.refresh_from_db()
        assert park.path.startswith(world.wujiaochang.path)

    def test_what_is_still_in_use_is_not_deleted(self, district_client: Client, world: World) -> None:
        address = address_of("delete", Area, world.wujiaochang.pk)
        page = district_client.get(address).content.decode()
        assert "园区：2" in page
        district_client.post(address, {"post": "yes"})
        assert Area.objects.filter(pk=world.wujiaochang.pk).exists()

    def test_what_nothing_refers_to_is_deleted_and_recorded(self, park_client: Client, world: World) -> None:
        building = Building.objects.create(park=world.kic, name="空楼")
        assert park_client.post(address_of("delete", Building, building.pk), {"post": "yes"}).status_code == 302
        assert not Building.objects.exists()
        assert trail() == [("删除楼宇", "空楼")]

    def test_a_circle_of_areas_is_refused(self, district_client: Client, world: World) -> None:
        address = address_of("change", Area, world.yangpu.pk)
        form = form_at(district_client, address)
        assert "parent" not in form or form["parent"] == [str(world.shanghai.pk)]
        street = address_of("change", Area, world.wujiaochang.pk)
        assert "不能是它自己或它的下级" in refused(submit(district_client, street, parent=world.wujiaochang.pk))


class TestOrganizations:
    def test_a_new_branch_has_a_history(self, park_client: Client, world: World) -> None:
        answer = submit(
            park_client, address_of("add", Organization), code="KIC-J9", name="新支部", parent=world.kic_committee.pk,
            type=OrganizationType.JOINT_BRANCH, status=OrganizationStatus.ACTIVE, approved_on="2026-02-01",
        )  # fmt: skip
        assert answer.status_code == 302
        branch = Organization.objects.get(code="KIC-J9")
        assert branch.spans.get().since == dt.date(2026, 2, 1)
        assert branch.path.startswith(world.kic_committee.path)
        assert trail()[-1] == ("新建党组织", "新支部")

    def test_a_branch_of_nobody_is_not_created(self, park_client: Client) -> None:
        page = refused(
            submit(park_client, address_of("add", Organization), code="X", name="游离支部", type="joint_branch")
        )
        assert OUTSIDE in page
        assert "游离支部" in page
        assert not Organization.objects.filter(code="X").exists()

    def test_a_change_of_type_takes_effect_on_its_day(self, park_client: Client, world: World) -> None:
        branch = world.joint_branch
        submit(
            park_client,
            address_of("change", Organization, branch.pk),
            type="independent_branch",
            changed_on="2026-03-01",
        )
        assert list(branch.spans.values_list("type", "until").order_by("since")) == [
            ("joint_branch", dt.date(2026, 3, 1)),
            ("independent_branch", None),
        ]

    def test_a_date_dissolves_and_the_rest_is_only_looked_at(self, park_client: Client, world: World) -> None:
        address = address_of("change", Organization, world.joint_branch.pk)
        assert submit(park_client, address, dissolved_on="2026-03-01").status_code == 302
        world.joint_branch.refresh_from_db()
        assert world.joint_branch.status == OrganizationStatus.DISSOLVED
        assert trail()[-1] == ("撤销党组织", "创智园联合支部")
        assert park_client.get(address).status_code == 200
        assert park_client.post(address, {"name": "x"}).status_code == 403

    def test_what_stands_above_others_is_not_dissolved(self, park_client: Client, world: World) -> None:
        address = address_of("change", Organization, world.kic_committee.pk)
        assert "先撤销或调整它们" in refused(submit(park_client, address, dissolved_on="2026-03-01", name="改名"))
        world.kic_committee.refresh_from_db()
        assert world.kic_committee.status == OrganizationStatus.ACTIVE
        assert world.kic_committee.name == "创智园党委"

    def test_the_unit_above_is_named_and_stays(self, park_client: Client, world: World) -> None:
        address = address_of("change", Organization, world.kic_committee.pk)
        assert "五角场街道党工委" in park_client.get(address).content.decode()
        submit(park_client, address, parent=world.putuo_committee.pk)
        world.kic_committee.refresh_from_db()
        assert world.kic_committee.parent == world.street_committee

    @pytest.mark.parametrize("parent", ["kic_committee", "joint_branch"])
    def test_circles_are_refused(self, district_client: Client, world: World, parent: str) -> None:
        address = address_of("change", Organization, world.street_committee.pk)
        refused(submit(district_client, address, parent=getattr(world, parent).pk))

    def test_a_contact_is_told_to_nobody_and_goes_with_the_post(self, park_client: Client, here: Stock) -> None:
        officer = here.rows[Officer]
        address = address_of("change", Officer, officer.pk)
        submit(park_client, address, phone="021-99999999")
        submit(park_client, address, until="2026-01-01")
        officer.refresh_from_db()
        assert (officer.name, officer.phone, officer.email) == ("", "", "")
        for entry in AuditEntry.objects.all():
            assert "021" not in str(entry.changes)
            assert "自家某" not in str(entry.changes)
        listed = park_client.get(address_of("changelist", Officer)).content.decode()
        assert "021-" not in listed


class TestSharedTables:
    def test_a_code_table_is_changed_by_who_reaches_everything(
        self, district_client: Client, shared: Stock, client_of: Callable[[User], Client]
    ) -> None:
        for model, row in shared.rows.items():
            assert district_client.post(address_of("change", model, row.pk), {}).status_code == 403
        root = client_of(User.objects.create_superuser("root", "", "x", display_name="根"))
        model = next(model for model in shared.rows if model.__name__ == "ActivityTheme")
        assert submit(root, address_of("change", model, "service"), name="党建+服务群众").status_code == 302
        assert AuditEntry.objects.first().changes == {"name": ["党建+服务", "党建+服务群众"]}


def test_a_change_that_cannot_be_recorded_is_not_made(
    park_client: Client, here: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("parkparty.access.admin.pages.record", fail)
    building = here.rows[Building]
    with pytest.raises(RuntimeError):
        submit(park_client, address_of("change", Building, building.pk), name="新楼")
    building.refresh_from_db()
    assert building.name == "自家楼"


def test_nothing_begins_before_it_ends(park_client: Client, here: Stock) -> None:
    tenancy = here.rows[Tenancy]
    address = address_of("change", Tenancy, tenancy.pk)
    assert "终止日期应晚于起始日期" in refused(submit(park_client, address, until=LONG_AGO.isoformat()))
