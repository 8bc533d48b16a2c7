"""Marks of activities cost those who write less: PostgreSQL's trigger plans nothing and looks no time zone up."""

from django.db import migrations

from parkparty.coverage.migrations import _marks


class Migration(migrations.Migration):
    dependencies = [("coverage", "0006_rules_that_count")]

    operations = [migrations.RunPython(_marks.create, migrations.RunPython.noop)]
