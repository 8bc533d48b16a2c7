"""Joint hosts are kept by day, and where leaders stand in the party tree."""

import django.db.models.deletion
from django.db import migrations, models

import parkparty.core.paths
from parkparty.activities.migrations import _joint


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0011_name_en'),
        ('organizations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='JointHost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('activity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='joint_hosts', to='activities.activity')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizations.organization')),
                ('held_on', models.DateField()),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'held_on', 'activity'], name='activities_by_joint_host')],
                'constraints': [models.UniqueConstraint(fields=('activity', 'organization'), name='activities_joint_host_once')],
            },
        ),
        migrations.AddField(
            model_name='leader',
            name='path',
            field=parkparty.core.paths.PathField(editable=False, max_length=100, null=True),
        ),
        migrations.AddIndex(
            model_name='leader',
            index=models.Index(fields=['path'], name='activities_leaders_by_path'),
        ),
        migrations.RunPython(_joint.create, _joint.drop),
        # No writer comes between: the triggers hold their tables until all is done.
        migrations.RunPython(_joint.fill, migrations.RunPython.noop),
    ]
