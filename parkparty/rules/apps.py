from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class RulesConfig(AppConfig):
    name = "parkparty.rules"
    label = "rules"
    verbose_name = pgettext_lazy("复数", "规则")
