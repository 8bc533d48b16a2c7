from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class NoticesConfig(AppConfig):
    name = "parkparty.notices"
    label = "notices"
    verbose_name = pgettext_lazy("复数", "通知")
