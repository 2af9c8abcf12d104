"""Every key of every screen: its id, keys, words and tooltip, and which hint it earns.

Screens take their bindings from here, the help and the hint line are made from the same tables,
and `[keys]` in `config.toml` replaces keys by id. Nothing else in the editor binds a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.binding import Binding
from textual.keys import key_to_character


@dataclass(frozen=True, slots=True)
class Key:
    """One binding.

    `keys` are Textual's names, parted by commas. `action` is the method without `action_`.
    `group` is the heading in the help; `hint` the word in the hint line (none: not hinted), where
    the order of the table is the order of keeping. `label` replaces the keys where they are shown;
    the hint line shows its first word, or `hint_keys` where a hint stands for this and for the
    next of the table, a word each.
    `writes` is for what cannot be done where the library, or a field, is for reading only.
    """

    id: str
    keys: str
    action: str
    description: str
    tooltip: str
    group: str
    hint: str | None = None
    label: str | None = None
    priority: bool = False
    hint_keys: str | None = None
    writes: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Textual's names of the keys."""
        return tuple(name.strip() for name in self.keys.split(","))


def bindings(keys: Sequence[Key], *, first: bool = False) -> list[Binding]:
    """The table as Textual takes it.

    `first` acts on each key before the next one is looked at, as `priority` does for one key:
    otherwise what is typed ahead goes to where the focus was, not to where it will be.
    """
    return [
        Binding(
            key.keys,
            key.action,
            key.description,
            show=key.hint is not None,
            key_display=key.label,
            priority=key.priority or first,
            tooltip=key.tooltip,
            id=key.id,
            system=False,
        )
        for key in keys
    ]


# Two lines a key: id, keys, action, description; then tooltip, group, hint and what else there is.
# fmt: off

APP = (
    Key("app.help",    "question_mark,f1", "help",            "this help",
        "Show every key of this screen, made from the bindings.", "Everywhere", label="? F1"),
    Key("app.palette", "ctrl+p",           "command_palette", "every command by name",
        "Find an action by a few letters of its name.", "Everywhere", label="^P"),
    Key("app.quit",    "ctrl+q",           "save_and_quit",   "save and quit",
        "Save what is typed and leave the editor, from any screen.", "Everywhere",
        label="^Q", priority=True),
)

PROJECTS = (
    Key("projects.open",      "enter",    "open",       "open the story",
        "Open the timeline of the story under the bar.", "Stories", "open"),
    Key("projects.new",       "n",        "new",        "new story",
        "Make an empty story; its title is asked for.", "Stories", "new", writes=True),
    Key("projects.import",    "i",        "import",     "import a script",
        "Make a story from a file, or from pasted text.", "Stories", "import", writes=True),
    Key("projects.sample",    "s",        "sample",     "open the sample",
        "Import the sample story with its pictures.", "Stories", writes=True),
    Key("projects.rename",    "r",        "rename",     "rename the story",
        "Give the story under the bar another title.", "Stories", "rename", writes=True),
    Key("projects.delete",    "d,delete", "delete",     "delete the story …",
        "Move the story and its pictures to the trash, after a question.", "Stories", "delete",
        writes=True),
    Key("projects.undo",      "u",        "undo",       "undo",
        "Take back the newest change of the list.", "History", "undo", writes=True),
    Key("projects.redo",      "U,ctrl+r", "redo",       "redo",
        "Do again what was undone last.", "History", label="U ^R", writes=True),
    Key("projects.quit",      "q",        "quit",       "quit",
        "Leave the editor; everything is saved.", "Stories", "quit"),
    Key("projects.history",   "H",        "history",    "history and trash",
        "Show every change of the list, and bring deleted stories back.", "History", "history"),
    Key("projects.find",      "slash",    "find",       "find …",
        "Find a story by its title.", "Stories", "find"),
    Key("projects.page",      "P",        "story_page", "the story itself",
        "Title, length against the target, counts and last changes.", "Stories"),
    Key("projects.down",      "j,down",   "cursor(1)",  "next story",
        "Move the bar to the next story.", "Move", label="j ↓"),
    Key("projects.up",        "k,up",     "cursor(-1)", "previous story",
        "Move the bar to the previous story.", "Move", label="k ↑"),
    Key("projects.first",     "g,home",   "first",      "first story",
        "Move the bar to the first story.", "Move", label="g Home"),
    Key("projects.last",      "G,end",    "last",       "last story",
        "Move the bar to the last story.", "Move", label="G End"),
    Key("projects.page_down", "pagedown", "page(1)",    "a screen down",
        "Move the bar down by a screen.", "Move", label="PgDn"),
    Key("projects.page_up",   "pageup",   "page(-1)",   "a screen up",
        "Move the bar up by a screen.", "Move", label="PgUp"),
)

TIMELINE = (
    Key("timeline.edit_narration", "e,enter",  "edit('text_content')", "edit narration",
        "Put the cursor into the narration of this segment.", "Edit", "narration", label="e enter"),
    Key("timeline.edit_prompt",    "p",        "edit('image_prompt')", "edit prompt",
        "Put the cursor into the image prompt of this segment.", "Edit", "prompt"),
    Key("timeline.choose_image",   "i",        "choose_image",         "choose a picture",
        "Pick an image file for this segment.", "Picture", "image", writes=True),
    Key("timeline.folder",         "F",        "folder",               "pictures of a folder …",
        "Give the pictures of a folder to the segments, by number or in order.", "Picture",
        writes=True),
    Key("timeline.lock",           "l",        "lock",                 "lock or unlock",
        "Protect narration, prompt and picture from edits, or allow them again.", "Edit", "lock",
        writes=True),
    Key("timeline.delete",         "d,delete", "delete",               "delete …",
        "Delete this segment after a question; its files go to the trash.", "Edit", "delete",
        label="d del", writes=True),
    Key("timeline.undo",           "u",        "undo",                 "undo",
        "Take back the newest change of this story.", "History", "undo", writes=True),
    Key("timeline.find",           "slash",    "find",                 "find …",
        "Find a text in narrations, prompts and names of pictures.", "Find", "find"),
    Key("timeline.move_down",      "J",        "move(1)",              "move segment down",
        "Change places with the next segment.", "Edit", "reorder", hint_keys="J K", writes=True),
    Key("timeline.move_up",        "K",        "move(-1)",             "move segment up",
        "Change places with the previous segment.", "Edit", writes=True),
    Key("timeline.mark",           "space",    "mark",                 "mark or unmark",
        "Mark this segment; l d y Y m c act on the marked ones together.", "Marks", "mark"),
    Key("timeline.new_below",      "o",        "new_segment(True)",    "new segment below",
        "Write a new segment below this one; left empty it leaves nothing.", "Edit", "new",
        writes=True),
    Key("timeline.new_above",      "O",        "new_segment(False)",   "new segment above",
        "Write a new segment above this one; left empty it leaves nothing.", "Edit",
        writes=True),
    Key("timeline.duplicate",      "D",        "duplicate",            "duplicate",
        "Put a copy of this segment below it, unlocked, with a picture of its own.", "Edit",
        writes=True),
    Key("timeline.edit_outside",   "E",        "edit_outside",         "narration in $EDITOR",
        "Edit the narration in the editor that VISUAL or EDITOR names.", "Edit",
        writes=True),
    Key("timeline.split",          "S",        "split",                "split …",
        "Cut this segment in two, at a place that is chosen.", "Edit",
        writes=True),
    Key("timeline.merge",          "M",        "merge",                "merge with the next",
        "Join this segment and the next one; the first picture stays.", "Edit",
        writes=True),
    Key("timeline.copy_prompt",    "y",        "copy('image_prompt')", "copy the prompt",
        "Copy the image prompt to your clipboard.", "Copy", "copy prompt"),
    Key("timeline.copy_narration", "Y",        "copy('text_content')", "copy the narration",
        "Copy the narration to your clipboard.", "Copy"),
    Key("timeline.mark_range",     "V",        "mark_range",           "mark up to here",
        "Mark all segments from the one marked last to this one.", "Marks"),
    Key("timeline.mark_all",       "A",        "mark_all",             "mark all, or none",
        "Mark all segments that are shown; once more, none.", "Marks"),
    Key("timeline.move_to",        "m",        "move_to",              "move to a position …",
        "Move the marked segments (or this one) to a position that is asked for.", "Marks",
        writes=True),
    Key("timeline.copy_to_story",  "c",        "copy_to_story",        "copy to another story …",
        "Copy the marked segments (or this one), with their pictures.", "Marks",
        writes=True),
    Key("timeline.remove_image",   "I",        "remove_image",         "remove the picture",
        "Take the picture off this segment; it goes to the trash.", "Picture", writes=True),
    Key("timeline.redo",           "U,ctrl+r", "redo",                 "redo",
        "Do again what was undone last.", "History", label="U ^R", writes=True),
    Key("timeline.export",         "x",        "export",               "export …",
        "Write the story, or what is marked, to a file or a folder.", "Story"),
    Key("timeline.history",        "H",        "history",              "history and trash",
        "Show every change of this story, and bring back what one took away.", "History",
        "history"),
    Key("timeline.read_through",   "v",        "read_through",         "read through",
        "Read the story a segment a screen, by hand or by time.", "Story"),
    Key("timeline.rehearse",       "t",        "rehearse",             "rehearse",
        "Read aloud from this segment on; the lengths are taken from it.", "Story"),
    Key("timeline.story_page",     "P",        "story_page",           "the story itself",
        "Title, length against the target, counts and last changes.", "Story"),
    Key("timeline.find_next",      "n",        "find_step(1)",         "next hit",
        "Go to the next place where the text is found.", "Find"),
    Key("timeline.find_previous",  "N",        "find_step(-1)",        "previous hit",
        "Go to the place before where the text is found.", "Find"),
    Key("timeline.filter",         "f",        "filter",               "filter …",
        "Show only segments without a picture, locked, unlocked, marked or changed today.", "Find",
        "filter"),
    Key("timeline.without_image",  "greater_than_sign", "next_without_image",
        "next without a picture",
        "Go to the next segment that has no picture.", "Find", label=">"),
    Key("timeline.position",       "colon",    "position",             "go to a position …",
        "Go to the segment at a position that is asked for.", "Move", label=":"),
    Key("timeline.down",           "j,down",   "cursor(1)",            "next card",
        "Move the bar to the next card.", "Move", label="j ↓"),
    Key("timeline.up",             "k,up",     "cursor(-1)",           "previous card",
        "Move the bar to the previous card.", "Move", label="k ↑"),
    Key("timeline.first",          "g,home",   "first",                "first card",
        "Move the bar to the first card.", "Move", label="g Home"),
    Key("timeline.last",           "G,end",    "last",                 "last card",
        "Move the bar to the last card.", "Move", label="G End"),
    Key("timeline.page_down",      "pagedown", "page(1)",              "a screen down",
        "Move the bar down by a screen of cards.", "Move", label="PgDn"),
    Key("timeline.page_up",        "pageup",   "page(-1)",             "a screen up",
        "Move the bar up by a screen of cards.", "Move", label="PgUp"),
    Key("timeline.back",           "q",        "back",                 "back to the stories",
        "Leave this story for the list of stories.", "Move"),
    Key("timeline.clear",          "escape",   "clear",                "clear, or go back",
        "Clear the find, then the filter, then the marks; with none of them, leave the story.",
        "Move", label="esc"),
)

EDITOR = (
    Key("editor.done",           "ctrl+s",    "done",           "save and go back",
        "Save at once and go back to the timeline.", "Editor", "done", label="^S", priority=True),
    Key("editor.next_field",     "tab",       "next_field",     "next field",
        "Go from narration to prompt and back.", "Editor", "next field", priority=True),
    Key("editor.previous_field", "shift+tab", "previous_field", "previous field",
        "Go from prompt to narration and back.", "Editor", label="shift+tab", priority=True),
    Key("editor.undo_typing",    "ctrl+z",    "undo_typing",    "undo typing",
        "Take back typing inside this field.", "Editor", "undo", label="^Z", writes=True),
    Key("editor.redo_typing",    "ctrl+y",    "redo_typing",    "redo typing",
        "Do again the typing that was taken back.", "Editor", label="^Y", writes=True),
    Key("editor.split",          "ctrl+t",    "screen.split_here", "split here",
        "Cut the segment in two before the cursor; the rest goes on in a new one.", "Editor",
        "split", label="^T", priority=True, writes=True),
    Key("editor.leave",          "escape",    "done",           "back to the timeline",
        "Save at once and go back to the timeline.", "Editor", "back", label="esc", priority=True),
)

FIELD = (
    Key("field.up",                "up",                   "cursor_up",
        "line up", "Move the cursor up.", "Move"),
    Key("field.down",              "down",                 "cursor_down",
        "line down", "Move the cursor down.", "Move"),
    Key("field.left",              "left",                 "cursor_left",
        "left", "Move the cursor left.", "Move"),
    Key("field.right",             "right",                "cursor_right",
        "right", "Move the cursor right.", "Move"),
    Key("field.word_left",         "ctrl+left,alt+b",      "cursor_word_left",
        "word left", "Move the cursor to the word before.", "Move"),
    Key("field.word_right",        "ctrl+right,alt+f",     "cursor_word_right",
        "word right", "Move the cursor to the next word.", "Move"),
    Key("field.line_start",        "home,ctrl+a",          "cursor_line_start",
        "start of the line", "Move the cursor to the start of the line.", "Move"),
    Key("field.line_end",          "end,ctrl+e",           "cursor_line_end",
        "end of the line", "Move the cursor to the end of the line.", "Move"),
    Key("field.page_up",           "pageup",               "cursor_page_up",
        "page up", "Move the cursor up by what is shown.", "Move"),
    Key("field.page_down",         "pagedown",             "cursor_page_down",
        "page down", "Move the cursor down by what is shown.", "Move"),
    Key("field.select_up",         "shift+up",             "cursor_up(True)",
        "select up", "Select up to the line above.", "Select"),
    Key("field.select_down",       "shift+down",           "cursor_down(True)",
        "select down", "Select down to the line below.", "Select"),
    Key("field.select_left",       "shift+left",           "cursor_left(True)",
        "select left", "Select the character before.", "Select"),
    Key("field.select_right",      "shift+right",          "cursor_right(True)",
        "select right", "Select the next character.", "Select"),
    Key("field.select_line_start", "shift+home",           "cursor_line_start(True)",
        "select to the start", "Select to the start of the line.", "Select"),
    Key("field.select_line_end",   "shift+end",            "cursor_line_end(True)",
        "select to the end", "Select to the end of the line.", "Select"),
    Key("field.select_all",        "f7",                   "select_all",
        "select all", "Select the whole text.", "Select"),
    Key("field.delete_left",       "backspace",            "delete_left",
        "delete before", "Delete the character before the cursor.", "Typing", writes=True),
    Key("field.delete_right",      "delete,ctrl+d",        "delete_right",
        "delete after", "Delete the character after the cursor.", "Typing", writes=True),
    Key("field.delete_word_left",  "ctrl+w,alt+backspace", "delete_word_left",
        "delete the word before", "Delete back to the start of the word.", "Typing", writes=True),
    Key("field.delete_word_right", "alt+delete,alt+d",     "delete_word_right",
        "delete the word after", "Delete up to the end of the word.", "Typing", writes=True),
    Key("field.delete_to_start",   "ctrl+u",               "delete_to_start_of_line",
        "delete to the start", "Delete back to the start of the line.", "Typing", writes=True),
    Key("field.delete_to_end",     "ctrl+k",               "delete_to_end_of_line_or_delete_line",
        "delete to the end", "Delete up to the end of the line.", "Typing", writes=True),
    Key("field.cut",               "ctrl+x",               "cut",
        "cut", "Cut what is selected.", "Select", writes=True),
    Key("field.copy",              "ctrl+c",               "copy",
        "copy", "Copy what is selected to your clipboard.", "Select"),
    Key("field.paste",             "ctrl+v",               "paste",
        "paste", "Put in what was copied here last.", "Select", writes=True),
)
"""The keys of a text field itself; those of `EDITOR` come on top."""

_LINES = {"up", "down", "page_up", "page_down", "select_up", "select_down"}

ONE_LINE = tuple(key for key in FIELD if key.id.removeprefix("field.") not in _LINES)
"""Those that a field of one line has, too: the same ids, so that the settings replace both."""

PICKER = (
    Key("picker.take",      "enter",         "take",       "open the folder or take the image",
        "Open the folder under the bar, or give its image to the segment.", "Picker", "take it",
        priority=True),
    Key("picker.mark",      "tab",           "mark",       "mark several",
        "Mark this image, or take its mark away; Enter takes all that are marked.", "Picker",
        "mark", priority=True),
    Key("picker.all",       "ctrl+o",        "take_all",   "all images here",
        "Take all images that are shown, each for a segment.", "Picker", "all here",
        label="^O", priority=True),
    Key("picker.down",      "down",          "cursor(1)",  "next file",
        "Move the bar to the next entry.", "Picker", "choose",
        label="↓", hint_keys="↑ ↓", priority=True),
    Key("picker.up",        "up",            "cursor(-1)", "previous file",
        "Move the bar to the previous entry.", "Picker", label="↑", priority=True),
    Key("picker.page_down", "pagedown",      "page(1)",    "a screen down",
        "Move the bar down by a screen.", "Picker", label="PgDn", priority=True),
    Key("picker.page_up",   "pageup",        "page(-1)",   "a screen up",
        "Move the bar up by a screen.", "Picker", label="PgUp", priority=True),
    Key("picker.parent",    "backspace",     "parent",     "parent folder",
        "On an empty line, go to the folder above.", "Picker", "parent folder"),
    Key("picker.leave",     "escape,ctrl+c", "leave",      "leave",
        "Go back without choosing.", "Picker", "leave", label="esc", priority=True),
)

IMPORT = (
    Key("import.import",     "ctrl+s", "import",     "import",
        "Make the story, if every block can be read.", "Import", "import",
        label="^S", priority=True),
    Key("import.next_field", "tab",    "next_field", "title or script",
        "Go from the script to the title and back.", "Import", "title", priority=True),
    Key("import.file",       "ctrl+o", "file",       "take a file",
        "Read the script from a file; its path is asked for.", "Import", "from a file",
        label="^O", priority=True),
    Key("import.preview",    "ctrl+l", "preview",    "the segments",
        "Show the segments that will be made.", "Import", "segments", label="^L", priority=True),
    Key("import.leave",      "escape", "leave",      "leave, or stop",
        "Go back to the list of stories; while it is read or imported, stop that.", "Import",
        "leave", label="esc", priority=True),
)

IMPORT_PREVIEW = (
    Key("preview.make",      "ctrl+s,enter", "make",     "import it",
        "Make the story as it is shown.", "Preview", "import", label="^S enter"),
    Key("preview.leave",     "escape,q,ctrl+l,ctrl+c", "leave", "back",
        "Go back to the script without making it.", "Preview", "back", label="esc q ^L"),
    Key("preview.down",      "j,down",     "cursor(1)",  "next segment",
        "Move the bar to the next segment.", "Move", label="j ↓"),
    Key("preview.up",        "k,up",       "cursor(-1)", "previous segment",
        "Move the bar to the previous segment.", "Move", label="k ↑"),
    Key("preview.first",     "g,home",     "first",      "first segment",
        "Move the bar to the first segment.", "Move", label="g Home"),
    Key("preview.last",      "G,end",      "last",       "last segment",
        "Move the bar to the last segment.", "Move", label="G End"),
    Key("preview.page_down", "pagedown",   "page(1)",    "a screen down",
        "Move the bar down by a screen.", "Move", label="PgDn"),
    Key("preview.page_up",   "pageup",     "page(-1)",   "a screen up",
        "Move the bar up by a screen.", "Move", label="PgUp"),
)

EXPORT = (
    Key("export.export",   "enter,ctrl+s", "export",    "export it",
        "Write the story in this form to this target.", "Export", "export",
        label="enter ^S", priority=True),
    Key("export.down",     "down",         "cursor(1)",  "next form",
        "Take the next form, or go to the next choice.", "Export", "form",
        label="↓", hint_keys="↑ ↓"),
    Key("export.up",       "up",           "cursor(-1)", "previous form",
        "Take the form before, or go to the choice before.", "Export", label="↑"),
    Key("export.next",     "tab",          "next(1)",    "form, choices, target",
        "Go from the forms to what may be chosen, and to the target.", "Export", "target",
        priority=True),
    Key("export.previous", "shift+tab",    "next(-1)",   "back to the form",
        "Go the other way around.", "Export", label="shift+tab", priority=True),
    Key("export.right",    "right",        "value(1)",   "next value",
        "Take the next value of the choice under the bar; in the target, take what is suggested.",
        "Export", label="→"),
    Key("export.left",     "left",         "value(-1)",  "previous value",
        "Take the value before.", "Export", label="←"),
    Key("export.leave",    "escape,ctrl+c", "leave",     "leave, or stop",
        "Go back without writing; while it is written, stop it.", "Export", "leave", label="esc",
        priority=True),
)

CONFLICT = (
    Key("conflict.both",   "b",      "both",       "edit both together",
        "Take both texts, joined, into the editor.", "Conflict", "edit both together"),
    Key("conflict.mine",   "m",      "mine",       "keep mine",
        "Save the text typed here over the other.", "Conflict"),
    Key("conflict.theirs", "t",      "theirs",     "take theirs",
        "Keep what the other window saved.", "Conflict"),
    Key("conflict.down",   "j,down", "scroll(1)",  "scroll down",
        "Show more of both texts.", "Conflict", label="j ↓"),
    Key("conflict.up",     "k,up",   "scroll(-1)", "scroll up",
        "Show what stood above.", "Conflict", label="k ↑"),
    Key("conflict.later",  "escape", "later",      "decide later",
        "Go back to the editor; the text stays unsaved there.", "Conflict", "decide later",
        label="esc"),
)

HISTORY = (
    Key("history.restore",   "enter,r",    "restore",    "restore what it took",
        "Bring back what the change under the bar took away; u takes that back.", "Changes",
        "restore", label="enter r", writes=True),
    Key("history.undo",      "u",          "undo",       "undo the newest",
        "Take back the newest change that stands.", "Changes", "undo", writes=True),
    Key("history.redo",      "U,ctrl+r",   "redo",       "redo",
        "Do again what was undone last.", "Changes", "redo", label="U ^R", writes=True),
    Key("history.copy",      "y",          "copy",       "copy the old text",
        "Copy the text that this change replaced or deleted to your clipboard.", "Changes",
        "copy text"),
    Key("history.empty",     "d,delete",   "empty",      "empty the trash …",
        "Remove every file in the trash for good, after a question.", "Trash",
        "empty trash", label="d del", writes=True),
    Key("history.back",      "q,escape,H", "back",       "back",
        "Go back to where H was pressed.", "Move", "back", label="q esc H"),
    Key("history.down",      "j,down",     "cursor(1)",  "next change",
        "Move the bar to the next older change.", "Move", label="j ↓"),
    Key("history.up",        "k,up",       "cursor(-1)", "previous change",
        "Move the bar to the next newer change.", "Move", label="k ↑"),
    Key("history.first",     "g,home",     "first",      "newest change",
        "Move the bar to the newest change.", "Move", label="g Home"),
    Key("history.last",      "G,end",      "last",       "oldest change",
        "Move the bar to the oldest change.", "Move", label="G End"),
    Key("history.page_down", "pagedown",   "page(1)",    "a screen down",
        "Move the bar down by a screen.", "Move", label="PgDn"),
    Key("history.page_up",   "pageup",     "page(-1)",   "a screen up",
        "Move the bar up by a screen.", "Move", label="PgUp"),
)

PAIRS = (
    Key("pairs.attach",    "enter",           "attach",     "give the pictures",
        "Give each picture to its segment, all in one step that u takes back.", "Pictures",
        "give them"),
    Key("pairs.take_out",  "x,delete",        "take_out",   "take this pair out",
        "Leave this picture over; the others stay where they are.", "Pictures", "take out",
        label="x del"),
    Key("pairs.later",     "J",               "shift(1)",   "shift on from here",
        "Put the pictures from here on each at the next segment.", "Pictures", "shift",
        hint_keys="J K"),
    Key("pairs.earlier",   "K",               "shift(-1)",  "shift back from here",
        "Put the pictures from here on each at the segment before.", "Pictures"),
    Key("pairs.by",        "o",               "by",         "by number or in order",
        "Pair by the number in the names, or in the order of the names.", "Pictures", "order"),
    Key("pairs.leave",     "escape,q,ctrl+c", "leave",      "leave, or stop",
        "Go back without a change; stop what is going on.", "Pictures", "leave", label="esc q"),
    Key("pairs.missing",   "m",               "missing",    "only without a picture, or all",
        "Pair with those segments only that have no picture, or with all.", "Pictures", "missing"),
    Key("pairs.start",     "s",               "start",      "from here or from the first",
        "Pair from the segment on where the bar was, or from the first on.", "Pictures", "start"),
    Key("pairs.undo",      "u",               "undo",       "take a correction back",
        "Take back what was last done to the pairs here.", "Pictures", "undo"),
    Key("pairs.down",      "j,down",          "cursor(1)",  "next pair",
        "Move the bar to the next pair.", "Move", label="j ↓"),
    Key("pairs.up",        "k,up",            "cursor(-1)", "previous pair",
        "Move the bar to the previous pair.", "Move", label="k ↑"),
    Key("pairs.first",     "g,home",          "first",      "first pair",
        "Move the bar to the first pair.", "Move", label="g Home"),
    Key("pairs.last",      "G,end",           "last",       "last row",
        "Move the bar to the last row.", "Move", label="G End"),
    Key("pairs.page_down", "pagedown",        "page(1)",    "a screen down",
        "Move the bar down by a screen.", "Move", label="PgDn"),
    Key("pairs.page_up",   "pageup",          "page(-1)",   "a screen up",
        "Move the bar up by a screen.", "Move", label="PgUp"),
)

OTHER_STORY = (
    Key("other_story.take",      "enter",      "take",       "this story",
        "Copy into the story under the bar.", "Stories", "this one"),
    Key("other_story.leave",     "q,escape,ctrl+c", "leave", "leave, or stop",
        "Go back without a copy; stop what is going on.", "Stories", "leave", label="q esc"),
    Key("other_story.down",      "j,down",     "cursor(1)",  "next story",
        "Move the bar to the next story.", "Move", label="j ↓"),
    Key("other_story.up",        "k,up",       "cursor(-1)", "previous story",
        "Move the bar to the previous story.", "Move", label="k ↑"),
    Key("other_story.first",     "g,home",     "first",      "first story",
        "Move the bar to the first story.", "Move", label="g Home"),
    Key("other_story.last",      "G,end",      "last",       "last story",
        "Move the bar to the last story.", "Move", label="G End"),
    Key("other_story.page_down", "pagedown",   "page(1)",    "a screen down",
        "Move the bar down by a screen.", "Move", label="PgDn"),
    Key("other_story.page_up",   "pageup",     "page(-1)",   "a screen up",
        "Move the bar up by a screen.", "Move", label="PgUp"),
)

READ = (
    Key("read.on",        "space",           "on",       "on, or pause",
        "Show more of this narration, then the next segment; while it plays, pause.", "Read",
        "on"),
    Key("read.play",      "enter",           "play",     "play, pause",
        "Go on by itself, each segment for as long as it is; or stop there.", "Read", "play"),
    Key("read.faster",    "plus,equals_sign", "speed(1)", "faster",
        "Play faster.", "Read", "faster, slower", label="+ =", hint_keys="+ -"),
    Key("read.slower",    "minus",           "speed(-1)", "slower",
        "Play slower.", "Read", label="-"),
    Key("read.prompt",    "p",               "prompt",   "show or hide the prompt",
        "Show the image prompt below the narration, or hide it.", "Read", "prompt"),
    Key("read.back",      "q,escape,v",      "back",     "back to the timeline",
        "Go back to the timeline, the bar on this segment.", "Read", "back", label="q esc v"),
    Key("read.next",      "j,down,right",    "step(1)",  "next segment",
        "Go to the next segment.", "Move", label="j ↓ →"),
    Key("read.previous",  "k,up,left",       "step(-1)", "previous segment",
        "Go to the previous segment.", "Move", label="k ↑ ←"),
    Key("read.page_down", "pagedown",        "page(1)",  "more, or next",
        "Show more of this narration, then the next segment.", "Move", label="PgDn"),
    Key("read.page_up",   "pageup",          "page(-1)", "back, or previous",
        "Show what stood above in this narration, then the previous segment.", "Move",
        label="PgUp"),
    Key("read.first",     "g,home",          "first",    "first segment",
        "Go to the first segment.", "Move", label="g Home"),
    Key("read.last",      "G,end",           "last",     "last segment",
        "Go to the last segment.", "Move", label="G End"),
)

REHEARSE = (
    Key("rehearse.cut",   "space,enter",      "cut",     "begin; at each cut, the next",
        "Start the clock; then take the length of this segment and go on with the next.",
        "Rehearse", "begin, cut", label="space enter"),
    Key("rehearse.pause", "p",                "pause",   "pause, go on",
        "Stop the clock in this segment, or let it run on.", "Rehearse", "pause"),
    Key("rehearse.again", "r",                "again",   "this one again",
        "Read this segment again from its beginning; the clock waits.", "Rehearse", "again"),
    Key("rehearse.back",  "b,k,up,backspace", "back_one", "one back",
        "Go back to the segment before and read it again.", "Rehearse", "one back",
        label="b k ↑"),
    Key("rehearse.skip",  "n,j,down",         "skip",    "leave this one out",
        "Go on with the next segment; this one gets no length.", "Rehearse", "leave out",
        label="n j ↓"),
    Key("rehearse.stop",  "q,escape,t",       "stop",    "stop, and see the lengths",
        "End the rehearsal and show the lengths that were taken.", "Rehearse", "stop",
        label="q esc t"),
    Key("rehearse.first", "g,home",           "first",   "begin at the first",
        "Go to the first segment; the clock waits.", "Move", label="g Home"),
    Key("rehearse.page_down", "pagedown",     "page(1)", "more of this narration",
        "Show more of a long narration; the clock runs on.", "Move", label="PgDn"),
    Key("rehearse.page_up",   "pageup",       "page(-1)", "what stood above",
        "Show what stood above; the clock runs on.", "Move", label="PgUp"),
)

LENGTHS = (
    Key("lengths.keep",   "enter",      "keep",       "keep the lengths",
        "Give the segments the lengths that were rehearsed, in one change.", "Lengths", "keep"),
    Key("lengths.set",    "e",          "set_length", "set this length …",
        "Write a length for the segment under the bar; none means the estimate.", "Lengths",
        "set length"),
    Key("lengths.rehearse", "t",        "rehearse",   "rehearse from here",
        "Read aloud from the segment under the bar on; lengths taken before stay.", "Lengths",
        "rehearse"),
    Key("lengths.undo",   "u",          "undo",       "undo",
        "Take back the newest change of this story.", "History", "undo"),
    Key("lengths.redo",   "U,ctrl+r",   "redo",       "redo",
        "Do again what was undone last.", "History", label="U ^R"),
    Key("lengths.back",   "q,escape",   "back",       "back",
        "Go back; lengths that are not kept are asked about.", "Move", "back", label="q esc"),
    Key("lengths.down",   "j,down",     "cursor(1)",  "next segment",
        "Move the bar to the next segment.", "Move", label="j ↓"),
    Key("lengths.up",     "k,up",       "cursor(-1)", "previous segment",
        "Move the bar to the previous segment.", "Move", label="k ↑"),
    Key("lengths.first",  "g,home",     "first",      "first segment",
        "Move the bar to the first segment.", "Move", label="g Home"),
    Key("lengths.last",   "G,end",      "last",       "last segment",
        "Move the bar to the last segment.", "Move", label="G End"),
    Key("lengths.page_down", "pagedown", "page(1)",   "a screen down",
        "Move the bar down by a screen.", "Move", label="PgDn"),
    Key("lengths.page_up", "pageup",    "page(-1)",   "a screen up",
        "Move the bar up by a screen.", "Move", label="PgUp"),
)

STORY_PAGE = (
    Key("page.rename",  "r",          "rename",     "rename the story",
        "Give the story another title.", "Story", "rename"),
    Key("page.target",  "t",          "target",     "set the target",
        "Say how long the story is to be; none takes the target away.", "Story", "target"),
    Key("page.lengths", "l",          "lengths",    "lengths of the segments",
        "Show the length of every segment against the target.", "Story", "lengths"),
    Key("page.history", "H",          "history",    "history and trash",
        "Show every change of this story, and bring back what one took away.", "Story", "history"),
    Key("page.undo",    "u",          "undo",       "undo",
        "Take back the newest change of this story.", "Story", "undo"),
    Key("page.redo",    "U,ctrl+r",   "redo",       "redo",
        "Do again what was undone last.", "Story", label="U ^R"),
    Key("page.back",    "q,escape,P", "back",       "back",
        "Go back to where P was pressed.", "Move", "back", label="q esc P"),
    Key("page.down",    "j,down",     "scroll(1)",  "scroll down",
        "Show more of this page.", "Move", label="j ↓"),
    Key("page.up",      "k,up",       "scroll(-1)", "scroll up",
        "Show what stood above.", "Move", label="k ↑"),
)

HELP = (
    Key("help.leave",     "escape,q", "leave",      "back",
        "Go back to the screen below; what was looked for is given up first.", "Help", "back",
        label="esc"),
    Key("help.find",      "slash",    "find",       "find a key",
        "Show only the keys whose words, names or ids have these letters.", "Help", "find"),
    Key("help.down",      "j,down",   "scroll(1)",  "scroll down",
        "Show more of this page.", "Help", label="j ↓"),
    Key("help.up",        "k,up",     "scroll(-1)", "scroll up",
        "Show what stood above.", "Help", label="k ↑"),
    Key("help.page_down", "pagedown", "page(1)",    "a screen down",
        "Scroll down by a screen.", "Help", label="PgDn"),
    Key("help.page_up",   "pageup",   "page(-1)",   "a screen up",
        "Scroll up by a screen.", "Help", label="PgUp"),
    Key("help.first",     "g,home",   "first",      "to the start",
        "Scroll to the start of this page.", "Help", label="g Home"),
    Key("help.last",      "G,end",    "last",       "to the end",
        "Scroll to the end of this page.", "Help", label="G End"),
)

HELP_FIND = (
    Key("help_find.keep",      "enter",         "keep",       "keep what is found",
        "Close the line; what is found stays.", "Find", "keep", priority=True),
    Key("help_find.leave",     "escape,ctrl+c", "give_up",    "show all again",
        "Close the line and show every key again.", "Find", "show all", label="esc",
        priority=True),
    Key("help_find.down",      "down",          "scroll_found(1)",  "scroll down",
        "Show more of what is found.", "Find", label="↓", priority=True),
    Key("help_find.up",        "up",            "scroll_found(-1)", "scroll up",
        "Show what stood above.", "Find", label="↑", priority=True),
    Key("help_find.page_down", "pagedown",      "page_found(1)",    "a screen down",
        "Scroll down by a screen.", "Find", label="PgDn", priority=True),
    Key("help_find.page_up",   "pageup",        "page_found(-1)",   "a screen up",
        "Scroll up by a screen.", "Find", label="PgUp", priority=True),
)

SPLIT = (
    Key("split.here",  "enter",    "split",        "split here",
        "Cut the narration where it is shown.", "Split"),
    Key("split.right", "right,l",  "word(1)",      "a word on",
        "Move the cut to the next word.", "Split", label="→ l"),
    Key("split.left",  "left,h",   "word(-1)",     "a word back",
        "Move the cut to the word before.", "Split", label="← h"),
    Key("split.down",  "down,j",   "sentence(1)",  "a sentence on",
        "Move the cut to the next sentence.", "Split", label="↓ j"),
    Key("split.up",    "up,k",     "sentence(-1)", "a sentence back",
        "Move the cut to the sentence before.", "Split", label="↑ k"),
    Key("split.leave", "escape,q,ctrl+c", "leave", "leave it whole",
        "Go back without cutting.", "Split", label="esc q"),
)

QUESTION = (
    Key("question.no",  "n,escape,enter", "no",  "keep it",
        "The safe answer.", "Question", label="n"),
    Key("question.yes", "y",              "yes", "yes",
        "Do what the question asks.", "Question"),
)

LINE = (
    Key("line.accept", "enter",         "accept", "accept",
        "Take the line as it stands.", "Line", "accept", priority=True),
    Key("line.leave",  "escape,ctrl+c", "leave",  "leave",
        "Leave without a change.", "Line", "leave", label="esc", priority=True),
)

FIND = (
    Key("find.next",     "down",          "screen.find_move(1)",  "next hit",
        "Go to the next place where the text is found.", "Find", "next", hint_keys="↓ ↑",
        priority=True),
    Key("find.previous", "up",            "screen.find_move(-1)", "previous hit",
        "Go to the place before where the text is found.", "Find", priority=True),
    Key("find.accept",   "enter",         "screen.find_accept",   "stay here",
        "Stay at the hit; n and N go on from it.", "Find", "stay", priority=True),
    Key("find.leave",    "escape,ctrl+c", "screen.find_leave",    "back to where it began",
        "Go back to where the find began.", "Find", "back", label="esc", priority=True),
)

FILTER = (
    Key("filter.without_image", "i",             "turn('without_image')", "without a picture",
        "Only segments that have no picture.", "Filter"),
    Key("filter.locked",        "l",             "turn('locked')",        "locked",
        "Only segments that are locked.", "Filter"),
    Key("filter.unlocked",      "u",             "turn('unlocked')",      "not locked",
        "Only segments that are not locked.", "Filter"),
    Key("filter.marked",        "m",             "turn('marked')",        "marked",
        "Only segments that are marked.", "Filter"),
    Key("filter.changed_today", "t",             "turn('changed_today')", "changed today",
        "Only segments that were changed or added today.", "Filter"),
    Key("filter.accept",        "enter,f",       "accept",                  "show these",
        "Show the segments that fit, and no others.", "Filter", "show these", label="enter f"),
    Key("filter.none",          "a",             "none",                    "show all",
        "Show all segments again.", "Filter", "show all"),
    Key("filter.leave",         "escape,q,ctrl+c", "leave",                 "leave it as it was",
        "Go back without another filter.", "Filter", "leave it", label="esc q"),
)

PALETTE = (
    Key("palette.choose",    "enter",     "choose",                    "do it",
        "Do what stands under the bar.", "Palette"),
    Key("palette.leave",     "escape",    "escape",                    "leave",
        "Go back without doing anything.", "Palette"),
    Key("palette.down",      "down",      "cursor_down",               "next command",
        "Move the bar to the next command.", "Palette"),
    Key("palette.up",        "up",        "command_list('cursor_up')", "previous command",
        "Move the bar to the previous command.", "Palette"),
    Key("palette.page_down", "pagedown",  "command_list('page_down')", "a screen down",
        "Move the bar down by a screen.", "Palette"),
    Key("palette.page_up",   "pageup",    "command_list('page_up')",   "a screen up",
        "Move the bar up by a screen.", "Palette"),
    Key("palette.first",     "ctrl+home", "command_list('first')",     "first command",
        "Move the bar to the first command.", "Palette"),
    Key("palette.last",      "ctrl+end",  "command_list('last')",      "last command",
        "Move the bar to the last command.", "Palette"),
)

# fmt: on

_WHEN_READING = {
    "timeline.edit_narration": "read narration",
    "timeline.edit_prompt": "read prompt",
    "editor.done": "back",
    "editor.leave": None,
}
"""Hints that are other ones where nothing can be written."""

WRITING = frozenset(
    key.action for table in (PROJECTS, TIMELINE, EDITOR, HISTORY) for key in table if key.writes
)
"""The actions that a library which is open for reading only refuses."""


def readable(keys: Sequence[Key]) -> list[Key]:
    """Those of the keys that do something where nothing can be written, with hints that fit."""
    return [
        replace(key, hint=_WHEN_READING.get(key.id, key.hint)) for key in keys if not key.writes
    ]


SCREENS = {
    "stories": PROJECTS,
    "timeline": TIMELINE,
    "editor": EDITOR,
    "field": FIELD,
    "picker": PICKER,
    "import": IMPORT,
    "preview": IMPORT_PREVIEW,
    "export": EXPORT,
    "conflict": CONFLICT,
    "history": HISTORY,
    "pairs": PAIRS,
    "other story": OTHER_STORY,
    "read": READ,
    "rehearse": REHEARSE,
    "lengths": LENGTHS,
    "page": STORY_PAGE,
    "help": HELP,
    "help_find": HELP_FIND,
    "question": QUESTION,
    "split": SPLIT,
    "line": LINE,
    "find": FIND,
    "filter": FILTER,
    "palette": PALETTE,
}
"""All tables by the name of their screen; `APP` holds everywhere."""

BESIDE = {
    "editor": FIELD,
    "picker": ONE_LINE,
    "import": FIELD,
    "export": ONE_LINE,
    "line": ONE_LINE,
    "help_find": ONE_LINE,
    "find": ONE_LINE,
    "palette": ONE_LINE,
}
"""The keys that hold beside those of a screen: of the fields there into which is typed."""

TYPED_INTO = frozenset(
    key.id
    for table in (FIELD, *(SCREENS[name] for name in BESIDE), [one for one in APP if one.priority])
    for key in table
)
"""The actions that are there while somebody types: no letter can stand for them."""

_SHORT = {
    "escape": "esc",
    "delete": "del",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "space": "space",
    # Textual's own names, which Unicode does not know.
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
}


def key_name(key: str) -> str:
    """A key by Textual's name as people read it: `ctrl+s` is `^S`, `question_mark` is `?`."""
    *modifiers, last = key.split("+")
    if not modifiers and len(last) > 1 and last[0] == "f" and last[1:].isdigit():
        return last.upper()
    character = key_to_character(last) or ""
    short = _SHORT.get(last) or (character if character.isprintable() else "") or last
    if modifiers == ["ctrl"] and len(short) == 1 and short.isascii():
        return f"^{short.upper()}"
    return "+".join([*modifiers, short])
