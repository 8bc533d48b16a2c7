"""The index of all records by state gives way. By itself: while the others are made, nobody waits to read."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0015_not_judged'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='activity', name='activities_queue'),
    ]
