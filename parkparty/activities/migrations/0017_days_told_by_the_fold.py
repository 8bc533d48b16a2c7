"""Writers leave the days of leaders as marks, and leaders have indexes by their last days, which cost writers nothing now."""

from django.db import migrations, models

from parkparty.activities.migrations import _days, _marks


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0016_queue'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='leader', name='activities_met_by_path'),
        migrations.AddIndex(
            model_name='leader',
            index=models.Index(condition=models.Q(('first_on__isnull', False)), fields=['path', 'last_on', 'organization'], name='activities_last_by_path'),
        ),
        migrations.RemoveIndex(model_name='leader', name='activities_met_by_park'),
        migrations.AddIndex(
            model_name='leader',
            index=models.Index(condition=models.Q(('first_on__isnull', False)), fields=['park', 'last_on', 'organization'], name='activities_last_by_park'),
        ),
        migrations.RemoveIndex(model_name='leader', name='activities_met_by_area'),
        migrations.AddIndex(
            model_name='leader',
            index=models.Index(condition=models.Q(('first_on__isnull', False)), fields=['area', 'last_on', 'organization'], name='activities_last_by_area'),
        ),
        migrations.RunPython(_marks.create, _days.create),
    ]
