"""The pages of the import: who may see them, what they say, and what they cost."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.rosters.choices import BatchState
from parkparty.rosters.columns import match_columns
from parkparty.rosters.forms import MAX_MEGABYTES
from parkparty.rosters.models import RosterBatch
from tests.conftest import World
from tests.rosters.test_command import FIXED, MESSY

BUDGET = 12


def send(client: Client, content: bytes, name: str = "名单.xlsx") -> Any:
    return client.post(reverse("rosters:upload"), {"file": SimpleUploadedFile(name, content)}, follow=True)


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def latest() -> RosterBatch:
    return RosterBatch.objects.latest("pk")


def apply(client: Client, **typed: str) -> Any:
    return client.post(reverse("rosters:apply", args=[latest().pk]), typed, follow=True)


def test_the_first_visit_says_what_to_do(page: Client) -> None:
    assert "还没有上传过名册" in text(page.get(reverse("rosters:list")))


def test_upload_shows_every_bad_cell_with_reason_and_what_mends_it(page: Client, demo_park: World) -> None:
    shown = text(send(page, MESSY.read_bytes()))
    for part in ("名单!C6", "名单!C7", "末几位丢失", "把该列设为文本后重填", "名单!K13", "与 名单!B5 是同一家企业"):
        assert part in shown
    assert "这些列没有对应的项目，不导入：序号、备注。" in shown
    assert "将新增 2 家、更新 0 家，不会删除任何记录。" in shown


def test_errors_by_kind(page: Client, demo_park: World) -> None:
    send(page, MESSY.read_bytes())
    address = reverse("rosters:batch", args=[latest().pk])
    shown = text(page.get(address, {"show": "wrong", "kind": "check"}))
    assert "名单!C6" in shown
    assert "名单!C7" not in shown


@pytest.mark.parametrize("show", ["new", "changed", "unchanged", "wrong", "<script>", ""])
def test_every_view_of_a_batch_stays_within_its_queries(
    page: Client, demo_park: World, show: str, django_assert_max_num_queries: Any
) -> None:
    send(page, MESSY.read_bytes())
    with django_assert_max_num_queries(BUDGET):
        text(page.get(reverse("rosters:batch", args=[latest().pk]), {"show": show}))
    with django_assert_max_num_queries(BUDGET):
        text(page.get(reverse("rosters:list")))


def test_import_and_result(page: Client, demo_park: World, django_assert_max_num_queries: Any) -> None:
    send(page, FIXED.read_bytes())
    shown = text(apply(page, reason="年底摸底"))
    assert "导入完成" in shown
    assert "新增 12 家、更新 0 家、不变 0 家" in shown
    assert "新建党组织 2 个。" in shown
    assert f"{reverse('companies:list')}?place=park:kic" in shown
    assert Company.objects.filter(tenancies__park=demo_park.kic).count() == 12
    with django_assert_max_num_queries(BUDGET):
        page.get(reverse("rosters:batch", args=[latest().pk]))
    again = text(send(page, FIXED.read_bytes()))
    assert "名册与系统中的内容完全一致，不需要导入。" in again
    assert f"这份文件与批次 {latest().pk - 1} 完全相同" in again


def test_import_without_a_reason_keeps_the_page_and_what_was_ticked(page: Client, demo_park: World) -> None:
    send(page, MESSY.read_bytes())
    shown = text(apply(page, good_rows_only="on"))
    assert "写明这次导入的来源或用途" in shown
    assert "checked" in shown
    assert not Company.objects.exists()


def test_import_with_errors_asks_for_the_choice_and_keeps_the_reason(page: Client, demo_park: World) -> None:
    send(page, MESSY.read_bytes())
    shown = text(apply(page, reason="年底摸底"))
    assert "有 11 行有问题" in shown
    assert "年底摸底" in shown
    assert not Company.objects.exists()
    assert "有问题的 11 行没有导入" in text(apply(page, reason="年底摸底", good_rows_only="on"))
    assert Company.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "这不是名册文件"),
        (b"a,b\n1,2\n", "没有找到表头"),
        (b"PK\x03\x04x", "文件已损坏"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_next(page: Client, content: bytes, told: str) -> None:
    shown = text(send(page, content))
    assert told in shown
    assert "重新上传" in shown


def test_upload_without_a_file_an_empty_one_or_a_huge_one(page: Client) -> None:
    assert "选择要上传的名册文件" in text(page.post(reverse("rosters:upload")))
    assert "文件是空的" in text(send(page, b""))
    assert f"文件超过 {MAX_MEGABYTES} MB" in text(send(page, b"x" * (MAX_MEGABYTES * 1024 * 1024 + 1)))
    assert not RosterBatch.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x.xlsx", "a\u202ex.xlsx", "长" * 300 + ".xlsx", "<b>.xlsx"])
def test_names_of_files_do_no_harm(page: Client, demo_park: World, name: str) -> None:
    shown = text(send(page, FIXED.read_bytes(), name))
    batch = latest()
    assert batch.state == BatchState.CHECKED
    assert batch.file.name.startswith("rosters/")
    assert len(batch.file.name) == len("rosters/") + 32
    assert "<b>" not in shown
    assert "\u202e" not in batch.filename


def test_recheck_after_the_site_changed(page: Client, demo_park: World) -> None:
    send(page, MESSY.read_bytes())
    demo_park.neighbour.name = "创智天地二号园"
    demo_park.neighbour.save()
    page.post(reverse("rosters:recheck", args=[latest().pk]))
    assert (latest().state, latest().wrong) == (BatchState.CHECKED, 11)


def test_the_template_is_a_roster_with_the_readers_parks(page: Client, world: World, codes: None) -> None:
    response = page.get(reverse("rosters:template"))
    assert "filename*=utf-8''" in response["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    titles = [str(title) for title in book.get_sheet_by_index(0).to_python()[0]]
    found, ignored = match_columns(titles)
    assert (len(found), ignored) == (21, [])
    offered = {cell for line in book.get_sheet_by_index(2).to_python() for cell in line}
    assert {"创智园", "实际入驻", "区域联建", "是"} <= offered
    assert "邻里园" not in offered
    assert "表头下面没有数据" in text(send(page, response.content))


class TestWhoMaySee:
    """Administrators only; each their own batches."""

    @pytest.mark.parametrize("name", ["rosters:list", "rosters:upload", "rosters:template"])
    @pytest.mark.parametrize("who", ["secretary", "reviewer", "viewer", "auditor", "stranger"])
    def test_other_roles_are_told_who_may(
        self, request: pytest.FixtureRequest, client_of: Callable[[User], Client], name: str, who: str
    ) -> None:
        response = client_of(request.getfixturevalue(who)).get(reverse(name))
        assert response.status_code == 403
        assert "管理员" in response.content.decode()

    def test_visitors_sign_in_first(self, client: Client, db: None) -> None:
        assert client.get(reverse("rosters:list")).status_code == 302

    def test_a_batch_of_someone_else_does_not_exist(
        self, page: Client, demo_park: World, district_administrator: User, client_of: Callable[[User], Client]
    ) -> None:
        send(page, FIXED.read_bytes())
        other, pk = client_of(district_administrator), latest().pk
        assert "messy" not in text(other.get(reverse("rosters:list")))
        assert other.get(reverse("rosters:batch", args=[pk])).status_code == 404
        assert other.post(reverse("rosters:apply", args=[pk]), {"reason": "x"}).status_code == 404
        assert other.post(reverse("rosters:recheck", args=[pk])).status_code == 404

    def test_steps_are_posts(self, page: Client, demo_park: World) -> None:
        send(page, FIXED.read_bytes())
        assert page.get(reverse("rosters:recheck", args=[latest().pk])).status_code == 405
        response = page.get(reverse("rosters:apply", args=[latest().pk]), {"show": "new", "reason": "x"})
        assert response.url == reverse("rosters:batch", args=[latest().pk]) + "?show=new&reason=x"
        assert latest().state == BatchState.CHECKED
