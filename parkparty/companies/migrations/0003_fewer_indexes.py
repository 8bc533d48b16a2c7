"""Two indexes go of which each is the beginning of another: every new row was put into both.

They are dropped by their names, since SQLite would remake the tables and lose the triggers on them.
"""

import django.db.models.deletion
from django.db import migrations, models


def _without(table: str, column: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(f'DROP INDEX IF EXISTS "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}")')


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0002_fold_traditional_forms'),
        ('organizations', '0001_initial'),
        ('places', '0002_what_stations_offer'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                _without('companies_coveragelink', 'organization_id', 'companies_coveragelink_organization_id_0ad39b10'),
                _without('companies_tenancy', 'park_id', 'companies_tenancy_park_id_1ad0d1eb'),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='coveragelink',
                    name='organization',
                    field=models.ForeignKey(blank=True, db_index=False, help_text='单独、联合组建时为覆盖它的党组织；指导员、联络员为派出的党组织', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='organizations.organization', verbose_name='党组织'),
                ),
                migrations.AlterField(
                    model_name='tenancy',
                    name='park',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tenancies', to='places.park', verbose_name='园区'),
                ),
            ],
        ),
    ]
