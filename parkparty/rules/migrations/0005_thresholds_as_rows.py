"""The numbers by which companies count as 三有 and 规上 become rows; the rule of late elections gets its own kind.

A site without rules yet gets all of them from the code tables.
"""

import datetime as dt

from django.db import migrations

LATE = ("R21", "R21-1990")
ROWS = (
    {
        "code": "R60",
        "name": "三有企业：有固定经营场所、从业人员 10 人以上",
        "source": "《关于加强和改进非公有制企业党的建设工作的意见（试行）》（中办发〔2012〕11号）；人数为各地通行口径",
        "parameters": {"denominator": "sanyou", "staff_at_least": 10},
        "since": dt.date(2012, 5, 24),
    },
    {
        "code": "R61",
        "name": "规上企业：年营业收入 2000 万元以上，或者从业人员 100 人以上",
        "source": "地方口径；收入界限为规模以上工业企业的统计标准（2011 年起）",
        "parameters": {"denominator": "guishang", "staff_at_least": 100},
        "since": dt.date(2011, 1, 1),
    },
)


def add_rows(apps, schema_editor):
    rules = apps.get_model("rules", "Rule").objects
    rules.filter(pk__in=LATE, kind="reference").update(kind="term_extension")
    if rules.exists():
        for row in ROWS:
            rules.get_or_create(code=row["code"], defaults={**row, "kind": "population", "strength": "local"})


def remove_rows(apps, schema_editor):
    rules = apps.get_model("rules", "Rule").objects
    rules.filter(kind="term_extension").update(kind="reference")
    rules.filter(kind="population").update(kind="reference")


class Migration(migrations.Migration):
    dependencies = [("rules", "0004_counting_by_rule")]

    operations = [migrations.RunPython(add_rows, remove_rows)]
