from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class CompaniesConfig(AppConfig):
    name = "parkparty.companies"
    label = "companies"
    verbose_name = pgettext_lazy("复数", "企业")
