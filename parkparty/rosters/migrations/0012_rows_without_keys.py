"""Rows of a batch point at it and at their park without the database looking both up for each of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0002_what_stations_offer'),
        ('rosters', '0011_posts_end'),
    ]

    operations = [
        migrations.AlterField(
            model_name='rosterrow',
            name='batch',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='checked_rows', to='rosters.rosterbatch', verbose_name='批次'),
        ),
        migrations.AlterField(
            model_name='rosterrow',
            name='park',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.park', verbose_name='园区'),
        ),
        migrations.AlterField(
            model_name='rosterwrite',
            name='batch',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='writes', to='rosters.rosterbatch', verbose_name='批次'),
        ),
        migrations.AlterField(
            model_name='rosterwrite',
            name='park',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.park', verbose_name='园区'),
        ),
    ]
