"""Rules get an English name.

As one statement: on SQLite the operation would remake the table, which drops the triggers that mark companies.
"""

from django.db import migrations, models

FIELD = migrations.AddField(
    model_name="rule",
    name="name_en",
    field=models.CharField(
        blank=True,
        db_default="",
        default="",
        help_text="英文界面显示的名称；留空时显示中文名称",
        max_length=200,
        verbose_name="英文名称",
    ),
)


class Migration(migrations.Migration):
    dependencies = [("rules", "0006_wording_as_quoted")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE rules_rule ADD COLUMN name_en varchar(200) DEFAULT '' NOT NULL",
            "ALTER TABLE rules_rule DROP COLUMN name_en",
            state_operations=[FIELD],
        )
    ]
