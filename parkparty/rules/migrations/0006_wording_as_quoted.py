"""The wording and the sources of four rules as they are quoted elsewhere; a row that the site has changed stays.

The originals themselves were not at hand, so the rows keep their mark.
"""

from django.db import migrations

BRANCHES = "《中国共产党支部工作条例（试行）》"
STANDARD = "地方口径；收入界限为规模以上工业企业的统计标准"
OLD = {
    "R06": {"name": "临时党支部不发展党员，书记和委员由批准它的党组织指定", "strength": "must"},
    "R08": {"source": f"{BRANCHES}第二十一条"},
    "R08-1": {"source": f"{BRANCHES}第二十一条"},
    "R61": {"source": f"{STANDARD}（2011 年起）"},
}
NEW = {
    "R06": {"name": "临时党支部一般不发展党员，书记、副书记和委员由批准其成立的党组织指定", "strength": "usual"},
    "R08": {"source": f"{BRANCHES}第六章"},
    "R08-1": {"source": f"{BRANCHES}第六章"},
    "R61": {"source": f"{STANDARD}（国统字〔2010〕87号，2011 年起）"},
}


def put(apps, before, after):
    rules = apps.get_model("rules", "Rule").objects
    for code, texts in before.items():
        rules.filter(pk=code, **texts).update(**after[code])


def as_quoted(apps, schema_editor):
    put(apps, OLD, NEW)


def as_before(apps, schema_editor):
    put(apps, NEW, OLD)


class Migration(migrations.Migration):
    dependencies = [("rules", "0005_thresholds_as_rows")]

    operations = [migrations.RunPython(as_quoted, as_before)]
