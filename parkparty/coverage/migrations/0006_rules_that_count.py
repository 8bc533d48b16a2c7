"""Only a changed rule that coverage rests on marks all companies: loading worded anew what stands is no change of it."""

from django.db import migrations

from parkparty.coverage.migrations import _facts


class Migration(migrations.Migration):
    dependencies = [("coverage", "0005_history_of_organizations"), ("rules", "0006_wording_as_quoted")]

    operations = [migrations.RunPython(_facts.create, migrations.RunPython.noop)]
