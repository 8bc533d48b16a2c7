"""The place tree: paths follow the parents, whole subtrees move at once, circles are refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area, Park
from tests.conftest import World


def paths(*nodes: Area | Park) -> list[str]:
    for node in nodes:
        node.refresh_from_db()
    return [node.path for node in nodes]


def test_a_path_is_the_parents_path_and_one_step(world: World) -> None:
    assert world.yangpu.path.startswith(world.shanghai.path)
    assert world.kic.path.startswith(world.wujiaochang.path)
    assert (world.shanghai.depth, world.yangpu.depth, world.wujiaochang.depth, world.kic.depth) == (1, 2, 3, 4)


def test_a_moved_area_takes_its_areas_and_parks_along(world: World) -> None:
    base = Park.objects.create(key="base", name="分园", area=world.wujiaochang, parent=world.kic)
    world.wujiaochang.parent = world.putuo
    world.wujiaochang.save()
    street, kic, leaf, other = paths(world.wujiaochang, world.kic, base, world.tiandi)
    assert street.startswith(world.putuo.path)
    assert kic.startswith(street)
    assert leaf.startswith(kic)
    assert other.startswith(world.putuo.path)
    assert not Area.objects.under(world.yangpu).exclude(pk=world.yangpu.pk)
    assert set(Park.objects.under(world.putuo)) == {world.kic, world.neighbour, world.tiandi, base}


def test_a_move_does_not_touch_its_neighbours(world: World) -> None:
    before = paths(world.yangpu, world.wujiaochang, world.kic)
    world.tiandi.area = world.shanghai
    world.tiandi.save()
    assert paths(world.yangpu, world.wujiaochang, world.kic) == before


def test_a_base_hangs_on_its_main_park_and_counts_there(world: World) -> None:
    base = Park.objects.create(key="base", name="分园", area=world.putuo, parent=world.kic)
    assert base.path.startswith(world.kic.path)
    assert base not in Park.objects.under(world.putuo)


@pytest.mark.parametrize("below", ["shanghai", "yangpu", "wujiaochang"])
def test_a_circle_is_refused_and_leaves_the_tree_whole(world: World, below: str) -> None:
    before = paths(world.shanghai, world.yangpu, world.wujiaochang, world.kic)
    world.shanghai.parent = getattr(world, below)
    with pytest.raises(ValidationError, match="不能是它自己或它的下级"):
        world.shanghai.full_clean()
    with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        world.shanghai.save()
    world.shanghai.refresh_from_db()
    assert world.shanghai.parent is None
    assert paths(world.shanghai, world.yangpu, world.wujiaochang, world.kic) == before


def test_a_stale_parent_cannot_close_a_circle(world: World) -> None:
    """Two moves that each look harmless from what was read before the other."""
    stale = Area.objects.get(pk=world.yangpu.pk)
    world.putuo.parent = world.yangpu
    world.putuo.save()
    stale.parent = Area.objects.get(pk=world.putuo.pk)
    with pytest.raises(ValidationError):
        stale.save()


def test_siblings_never_share_a_path(world: World) -> None:
    made = [
        Area.objects.create(code=f"3101{n:02}", name=str(n), level=AreaLevel.DISTRICT, parent=world.shanghai)
        for n in range(20, 60)
    ]
    assert len({area.path for area in made}) == 40


def test_names_above_are_readable_and_names_beside_are_not(world: World, administrator, scope_for) -> None:
    names = {area.name for area in Area.objects.readable_names(scope_for(administrator))}
    assert names == {"上海市", "杨浦区", "五角场街道"}


def test_a_building_of_another_park_is_refused(world: World) -> None:
    building = world.neighbour.buildings.create(name="1 号楼")
    station = world.kic.stations.create(name="驿站")
    station.building = building
    with pytest.raises(ValidationError, match="楼宇不在所选园区内"):
        station.full_clean()
