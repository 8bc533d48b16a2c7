from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "parkparty.places"
    label = "places"
    verbose_name = _("辖区与园区")
