from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FoundingConfig(AppConfig):
    name = "parkparty.founding"
    label = "founding"
    verbose_name = _("筹建党组织")
