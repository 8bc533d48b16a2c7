import parkparty.core.paths
from django.db import migrations, models

from parkparty.coverage.migrations import _facts


class Migration(migrations.Migration):

    dependencies = [
        ('coverage', '0009_sums_of_years_and_months'),
    ]

    operations = [
        migrations.AddField(
            model_name='foldcount',
            name='told',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name='CompanySpell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company_id', models.BigIntegerField(db_index=True)),
                ('path', parkparty.core.paths.PathField(editable=False, max_length=100)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('on_site', models.BooleanField()),
                ('denominators', models.PositiveSmallIntegerField()),
                ('state', models.CharField(max_length=10)),
                ('industry', models.CharField(max_length=2)),
                ('size', models.CharField(max_length=6)),
                ('staff_band', models.PositiveSmallIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['path', 'since', 'until', 'on_site', 'denominators', 'state', 'industry', 'size', 'staff_band', 'company_id'], name='coverage_spells_by_path')],
            },
        ),
        # Companies are marked by their industry and size, too, from here on.
        migrations.RunPython(_facts.create, migrations.RunPython.noop),
    ]
