"""Between which days each organisation held activities is kept: a list finds where to begin."""

from django.db import migrations, models

from parkparty.activities.migrations import _spans


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0012_joint_hosts_and_paths'),
    ]

    operations = [
        migrations.AddField(model_name='leader', name='first_on', field=models.DateField(null=True)),
        migrations.AddField(model_name='leader', name='last_on', field=models.DateField(null=True)),
        migrations.RunPython(_spans.create, _spans.drop),
        # No writer comes between: the triggers hold their tables until all is done.
        migrations.RunPython(_spans.fill, migrations.RunPython.noop),
    ]
