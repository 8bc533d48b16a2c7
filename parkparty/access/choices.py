"""Roles."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    SECRETARY = "secretary", _("书记")
    REVIEWER = "reviewer", _("审核员")
    ADMINISTRATOR = "administrator", _("管理员")
    VIEWER = "viewer", _("查看员")
    AUDITOR = "auditor", _("审计员")
