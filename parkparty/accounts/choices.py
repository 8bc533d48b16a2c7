"""Who can be tried out in the demo."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DemoRole(models.TextChoices):
    """The demo's users, named ``demo-<value>``; the label stands on the button that signs in as one."""

    SECRETARY = "secretary", _("以书记身份体验")
    REVIEWER = "reviewer", _("以审核员身份体验")
    ADMINISTRATOR = "administrator", _("以管理员身份体验")
    VIEWER = "viewer", _("以查看员身份体验")
    AUDITOR = "auditor", _("以审计员身份体验")
