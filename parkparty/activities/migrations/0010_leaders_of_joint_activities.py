"""Organisations that were only ever joint hosts are noted as well."""

from django.db import migrations

from parkparty.activities.migrations import _leaders


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0009_leaders'),
    ]

    operations = [
        migrations.RunPython(_leaders.create, migrations.RunPython.noop),
        migrations.RunPython(_leaders.fill, migrations.RunPython.noop),
    ]
