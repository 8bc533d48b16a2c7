import django.db.models.deletion
from django.db import migrations, models

from parkparty.activities.migrations import _leaders


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0008_newest_counted'),
        ('organizations', '0001_initial'),
        ('places', '0002_what_stations_offer'),
    ]

    operations = [
        migrations.CreateModel(
            name='Leader',
            fields=[
                ('organization', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, serialize=False, to='organizations.organization')),
                ('area', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='places.area')),
                ('park', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='places.park')),
            ],
        ),
        migrations.RunPython(_leaders.create, _leaders.drop),
        # No writer comes between: the triggers hold their tables until all is done.
        migrations.RunPython(_leaders.fill, migrations.RunPython.noop),
    ]
