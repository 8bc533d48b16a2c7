from django.db import migrations
from django.db.models import Count


def count_unread(apps, schema_editor):
    """Users get the number of their unread notices, which every page shows from now on."""
    users, notices = apps.get_model("accounts", "User").objects, apps.get_model("notices", "Notice").objects
    unread = notices.filter(read_at__isnull=True).order_by().values("user")
    for row in unread.annotate(number=Count("pk")):
        users.filter(pk=row["user"]).update(unread_notices=row["number"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0004_unread_notices"),
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(count_unread, migrations.RunPython.noop),
    ]
