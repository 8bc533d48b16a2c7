import parkparty.core.paths
from django.db import migrations, models

from parkparty.coverage.migrations import _loads


def begin(apps, schema_editor):
    """No branch was counted yet: the first fold counts them all, until then readers count them themselves."""
    # Names of our own tables and columns.
    schema_editor.execute(f"{_loads.MARK} SELECT id FROM organizations_organization")  # nosec B608


class Migration(migrations.Migration):

    dependencies = [
        ('coverage', '0007_cheaper_marks'),
        ('companies', '0002_fold_traditional_forms'),
        ('organizations', '0001_initial'),
        ('places', '0002_what_stations_offer'),
    ]

    operations = [
        migrations.CreateModel(
            name='LoadCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('branches', models.IntegerField()),
                ('joint_branches', models.IntegerField()),
                ('listed', models.IntegerField()),
                ('organization_id', models.BigIntegerField(db_index=True)),
                ('path', parkparty.core.paths.PathField(editable=False, max_length=100)),
                ('park_path', parkparty.core.paths.PathField(default='', editable=False, max_length=100)),
                ('area_path', parkparty.core.paths.PathField(default='', editable=False, max_length=100)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LoadMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organization_id', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='LoadTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('branches', models.IntegerField()),
                ('joint_branches', models.IntegerField()),
                ('listed', models.IntegerField()),
                ('path', parkparty.core.paths.PathField(editable=False, max_length=100)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('path', 'day'), name='coverage_one_load_a_day')],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(_loads.create, _loads.drop),
    ]
