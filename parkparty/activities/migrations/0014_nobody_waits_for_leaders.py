"""Every organisation has its leader from the start, and days that cannot be told it at once are left as marks."""

import django.db.models.deletion
from django.db import migrations, models

from parkparty.activities.migrations import _days


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0013_days_of_leaders'),
    ]

    operations = [
        migrations.RunPython(_days.drop, _days.restore),
        migrations.RemoveIndex(model_name='leader', name='activities_leaders_by_path'),
        migrations.AlterField(
            model_name='leader',
            name='park',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='places.park'),
        ),
        migrations.AlterField(
            model_name='leader',
            name='area',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='places.area'),
        ),
        migrations.CreateModel(
            name='LeaderMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('leader', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='marks', to='activities.leader')),
                ('held_on', models.DateField()),
            ],
            options={
                'indexes': [models.Index(fields=['leader', 'held_on'], name='activities_leader_marks')],
            },
        ),
        # No writer comes between: the triggers hold their tables until all is done.
        migrations.RunPython(_days.fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='leader',
            index=models.Index(condition=models.Q(('first_on__isnull', False)), fields=['path'], name='activities_met_by_path'),
        ),
        migrations.AddIndex(
            model_name='leader',
            index=models.Index(condition=models.Q(('first_on__isnull', False)), fields=['park'], name='activities_met_by_park'),
        ),
        migrations.AddIndex(
            model_name='leader',
            index=models.Index(condition=models.Q(('first_on__isnull', False)), fields=['area'], name='activities_met_by_area'),
        ),
        migrations.RunPython(_days.create, _days.drop),
    ]
