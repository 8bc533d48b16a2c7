"""Fold names in traditional forms into plain ones, so that either is found by the other."""

from django.db import migrations

from parkparty.core.text import fold

CHUNK = 2_000


def fold_again(apps, schema_editor):
    """Of two companies without a credit code that become namesakes, the later one keeps the key that it has."""
    companies = apps.get_model("companies", "Company").objects
    changed = []
    for company in companies.only("pk", "name", "folded_name", "uscc").order_by("pk").iterator(chunk_size=CHUNK):
        folded = fold(company.name)[:120]
        if folded != company.folded_name:
            company.folded_name = folded
            changed.append(company)
    taken = set(
        companies.filter(uscc__isnull=True, folded_name__in=[company.folded_name for company in changed]).values_list(
            "folded_name", flat=True
        )
    )
    for company in changed:
        if company.uscc is None and company.folded_name in taken:
            continue
        taken.add(company.folded_name)
        company.save(update_fields=["folded_name"])


class Migration(migrations.Migration):
    dependencies = [("companies", "0001_initial")]

    operations = [migrations.RunPython(fold_again, migrations.RunPython.noop)]
