"""A report drawn in every form: Word, Excel, PDF, a page, JSON and lines."""
