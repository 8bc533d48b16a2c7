"""The columns of the sheet of service stations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parkparty.rosters.columns.cells import DateColumn, TextColumn


class StationName(TextColumn):
    key, title, required, limit = "station", _("站点名称"), True, 60
    aliases = ("站点名称", "党群服务站", "党群服务站名称", "服务站名称", "党群服务中心", "阵地名称", "站点")
    note = _("一个园区内不重名。")


class Address(TextColumn):
    key, title, limit = "address", _("地址"), 200
    aliases = ("地址", "站点地址", "详细地址")
    note = _("门牌或楼层。")


class StationSince(DateColumn):
    key, title = "station_since", _("启用日期")
    aliases = ("启用日期", "启用时间", "建成日期", "投用日期")
    note = _("从哪一天起开放。")


class StationUntil(DateColumn):
    key, title = "station_until", _("停用日期")
    aliases = ("停用日期", "停用时间", "关闭日期")
    note = _("从哪一天起不再开放；仍在使用的留空。")
