"""Facts that are added to companies which the same transaction added mark them no more: adding them did."""

from django.db import migrations

from parkparty.coverage.migrations import _facts


class Migration(migrations.Migration):
    dependencies = [("coverage", "0009_sums_of_years_and_months")]

    operations = [migrations.RunPython(_facts.create, migrations.RunPython.noop)]
