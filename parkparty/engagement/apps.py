from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    name = "parkparty.engagement"
    label = "engagement"
    verbose_name = _("提醒与交接")
