from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.utils.translation import gettext_lazy as _


class SigninConfig(AppConfig):
    name = "parkparty.signin"
    label = "signin"
    verbose_name = _("登录")

    def ready(self) -> None:
        """Django tells of every sign-in, whichever page it came by: none starts without its limits."""
        from parkparty.signin.services import sessions

        user_logged_in.connect(sessions.begin_session, dispatch_uid="signin.begin")
        user_logged_out.connect(sessions.forget_session, dispatch_uid="signin.forget")
