"""A changed history of an organisation without companies makes a new version, too: pages kept as drawn count branches."""

from django.db import migrations

from parkparty.coverage.migrations import _facts


class Migration(migrations.Migration):
    dependencies = [("coverage", "0004_coverage_kept")]

    operations = [migrations.RunPython(_facts.create, migrations.RunPython.noop)]
