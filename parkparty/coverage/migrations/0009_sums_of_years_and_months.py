import parkparty.core.paths
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coverage', '0008_loads_kept'),
    ]

    operations = [
        migrations.AddField(
            model_name='foldcount',
            name='summed',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name='CoverageSum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', parkparty.core.paths.PathField(editable=False, max_length=100)),
                ('denominator', models.CharField(choices=[('registered', '注册企业'), ('operating', '实体运营企业'), ('sanyou', '三有企业'), ('guishang', '规上企业'), ('yingjian', '应建企业')], max_length=12)),
                ('own', models.IntegerField()),
                ('joint', models.IntegerField()),
                ('work_only', models.IntegerField()),
                ('none', models.IntegerField()),
                ('effective', models.IntegerField()),
                ('is_year', models.BooleanField()),
                ('since', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('path', 'denominator', 'is_year', 'since'), name='coverage_one_sum_a_year_or_month')],
            },
        ),
    ]
