"""Monthly days planned ahead."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities.choices import Repeat
from parkparty.activities.forms.series import RepeatForm
from parkparty.activities.services.series import repeat_activity
from parkparty.activities.views.answers import record_of
from parkparty.core.dates import today


@require_POST
@requires(Action.LOG_ACTIVITY)
def repeat(request: ScopedRequest, pk: int) -> HttpResponse:
    """Copy a record into the months to come, and show what was planned."""
    activity = record_of(request, pk)
    form = RepeatForm(request.POST, activity=activity)
    if not form.is_valid():
        messages.error(request, _("选好排几个月、排在哪天，再建立预告。"))
        return redirect("activities:detail", pk)
    months, days = form.cleaned_data["months"], Repeat(form.cleaned_data["repeat"])
    written = repeat_activity(activity, months=months, repeat=days, by=request.user, scope=request.scope)
    if not written:
        messages.info(request, _("这几个月的预告早已建好。"))
        return redirect("activities:detail", pk)
    told = ngettext("已建立 %(count)d 条预告，列在下面。", "已建立 %(count)d 条预告，列在下面。", len(written))
    messages.success(request, told % {"count": len(written)})
    listed = {"state": "draft", "since": today().isoformat(), "organization": activity.organization.code}
    return redirect(f"{reverse('activities:list')}?{urlencode(listed)}")
