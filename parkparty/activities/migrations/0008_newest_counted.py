from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0007_attachments'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('state__in', ('draft', 'submitted', 'returned')), _negated=True), fields=['-held_on', '-id'], name='activities_newest_counted'),
        ),
    ]
