"""An industry committee is a party committee, and serves a term as long as one; a row that says so already stays."""

from django.db import migrations


def as_committees(apps, schema_editor):
    for rule in apps.get_model("rules", "Rule").objects.filter(kind="term"):
        years = rule.parameters.get("years", {})
        if "committee" in years and "industry_committee" not in years:
            rule.parameters = {**rule.parameters, "years": {**years, "industry_committee": years["committee"]}}
            rule.save(update_fields=["parameters"])


def as_before(apps, schema_editor):
    for rule in apps.get_model("rules", "Rule").objects.filter(kind="term"):
        years = rule.parameters.get("years", {})
        if "industry_committee" in years:
            left = {type: number for type, number in years.items() if type != "industry_committee"}
            rule.parameters = {**rule.parameters, "years": left}
            rule.save(update_fields=["parameters"])


class Migration(migrations.Migration):
    dependencies = [("rules", "0007_name_en")]

    operations = [migrations.RunPython(as_committees, as_before)]
