"""What all forms have in common."""

from django.forms import BaseForm


def faults_of(form: BaseForm) -> str:
    """All that is wrong with what was typed, in one line: where no page shows the form again."""
    return " ".join(str(fault) for faults in form.errors.values() for fault in faults)
