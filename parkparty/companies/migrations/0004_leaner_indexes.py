"""A tenancy without a building, as most are, has no entry in the index by building; an index that another begins with goes.

Made and dropped by their names, since SQLite would remake the tables and lose the triggers on them.
"""

import django.db.models.deletion
from django.db import migrations, models

BY_BUILDING = 'CREATE INDEX "companies_tenancy_by_building" ON "companies_tenancy" ("building_id") WHERE "building_id" IS NOT NULL'
BY_ANY_BUILDING = 'CREATE INDEX "companies_tenancy_building_id_44b9c7f0" ON "companies_tenancy" ("building_id")'
COUNTS = 'CREATE INDEX "companies_companymembercount_company_id_a8a4727c" ON "companies_companymembercount" ("company_id")'


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0003_fewer_indexes'),
        ('places', '0002_what_stations_offer'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(BY_BUILDING, 'DROP INDEX IF EXISTS "companies_tenancy_by_building"'),
                migrations.RunSQL('DROP INDEX IF EXISTS "companies_tenancy_building_id_44b9c7f0"', BY_ANY_BUILDING),
                migrations.RunSQL('DROP INDEX IF EXISTS "companies_companymembercount_company_id_a8a4727c"', COUNTS),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='tenancy',
                    name='building',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tenancies', to='places.building', verbose_name='楼宇'),
                ),
                migrations.AlterField(
                    model_name='companymembercount',
                    name='company',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='member_counts', to='companies.company', verbose_name='企业'),
                ),
                migrations.AddIndex(
                    model_name='tenancy',
                    index=models.Index(condition=models.Q(('building__isnull', False)), fields=['building'], name='companies_tenancy_by_building'),
                ),
            ],
        ),
    ]
