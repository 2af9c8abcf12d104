"""Widgets: they draw records and post messages, and know no library and no screen."""
