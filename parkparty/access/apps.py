from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class AccessConfig(AppConfig):
    name = "parkparty.access"
    label = "access"
    verbose_name = pgettext_lazy("复数", "授权")
