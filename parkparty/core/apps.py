from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "parkparty.core"
    label = "core"
