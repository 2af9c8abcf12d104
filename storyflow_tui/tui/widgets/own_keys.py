"""Keys in their order: a widget that is typed into runs its own bindings as the keys come.

Textual runs a binding only after its key has bubbled up to the app, through one queue after the
other; letters that come right behind it are in the text by then. Over a slow link, where keys
arrive in one piece, Home would act after the letter that was typed behind it.
"""

from __future__ import annotations

from textual import events
from textual.widget import Widget


async def run_own_key(widget: Widget, event: events.Key) -> bool:
    """Run the widget's own binding for a key, now; returns whether it has one."""
    if event.is_printable:
        return False
    found = widget.screen.active_bindings.get(event.key)
    if found is None or found.node is not widget or not found.enabled:
        return False
    event.stop()
    event.prevent_default()
    await widget.app.run_action(found.binding.action, widget)
    return True
