"""What is not judged has indexes of its own: along the days by state, and along the moments when it was sent."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0014_nobody_waits_for_leaders'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('state', 'draft'), ('state', 'submitted'), ('state', 'returned'), _connector='OR'), fields=['state', '-held_on', '-id'], name='activities_uncounted'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('state', 'submitted')), fields=['state', 'filed_at', 'id'], name='activities_waiting'),
        ),
    ]
