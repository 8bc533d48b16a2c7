"""Facts that are added to companies which the same transaction added mark them no more: adding them did."""

from django.db import migrations

from parkparty.coverage.migrations import _facts


class Migration(migrations.Migration):
    dependencies = [("coverage", "0010_spells_of_companies")]

    operations = [migrations.RunPython(_facts.create, migrations.RunPython.noop)]
