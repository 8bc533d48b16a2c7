from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class OrganizationsConfig(AppConfig):
    name = "parkparty.organizations"
    label = "organizations"
    verbose_name = pgettext_lazy("复数", "党组织")
