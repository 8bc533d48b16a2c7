import parkparty.core.paths
from django.db import migrations, models

from parkparty.coverage.migrations import _facts, _marks


def begin(apps, schema_editor):
    """No company was counted yet: the first fold counts them all, until then readers work coverage out live."""
    apps.get_model("coverage", "FoldCount").objects.create(pk=1)
    # Names of our own tables and columns.
    schema_editor.execute(f"{_facts.MARK} SELECT id FROM companies_company")  # nosec B608


class Migration(migrations.Migration):

    dependencies = [
        ('coverage', '0003_counts'),
        ('activities', '0007_attachments'),
        ('companies', '0002_fold_traditional_forms'),
        ('rules', '0005_thresholds_as_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='CompanyHistory',
            fields=[
                ('company_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('text', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='CompanyMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company_id', models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CoverageTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', parkparty.core.paths.PathField(editable=False, max_length=100)),
                ('denominator', models.CharField(choices=[('registered', '注册企业'), ('operating', '实体运营企业'), ('sanyou', '三有企业'), ('guishang', '规上企业'), ('yingjian', '应建企业')], max_length=12)),
                ('day', models.DateField()),
                ('own', models.IntegerField()),
                ('joint', models.IntegerField()),
                ('work_only', models.IntegerField()),
                ('none', models.IntegerField()),
                ('effective', models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='FoldCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='activitymark',
            name='coverage_marks_by_cell',
        ),
        migrations.AddConstraint(
            model_name='coveragetotal',
            constraint=models.UniqueConstraint(fields=('path', 'denominator', 'day'), name='coverage_one_total_a_day'),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(_marks.create, migrations.RunPython.noop),
        migrations.RunPython(_facts.create, _facts.drop),
    ]
