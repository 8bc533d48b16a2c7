"""Of a committee's leaders those that met last are found by their parents."""

from django.db import migrations, models
from django.db.models.functions import Length, Substr


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0017_days_told_by_the_fold'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='leader',
            index=models.Index(
                Substr('path', 1, Length('path') - 5),
                'last_on',
                'organization',
                condition=models.Q(first_on__isnull=False),
                name='activities_last_by_parent',
            ),
        ),
    ]
