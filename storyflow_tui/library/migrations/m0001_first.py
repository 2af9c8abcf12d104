"""Schema 1: projects and segments as given, and what the one door keeps beside them."""

from __future__ import annotations

STATEMENTS = (
    """
    CREATE TABLE project (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        title VARCHAR(200) NOT NULL,
        status VARCHAR(20) NOT NULL DEFAULT 'DRAFT',
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE segment (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
        sequence_index INTEGER NOT NULL,
        text_content TEXT NOT NULL,
        image_prompt TEXT NOT NULL DEFAULT '',
        image_file TEXT,
        audio_file TEXT,
        audio_duration REAL,
        is_locked INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX segment_order ON segment (project_id, sequence_index, id)",
    """
    CREATE TABLE tally (
        project_id INTEGER PRIMARY KEY NOT NULL REFERENCES project (id) ON DELETE CASCADE,
        segment_count INTEGER NOT NULL DEFAULT 0,
        image_count INTEGER NOT NULL DEFAULT 0,
        locked_count INTEGER NOT NULL DEFAULT 0,
        word_count INTEGER NOT NULL DEFAULT 0,
        measured_seconds REAL NOT NULL DEFAULT 0,
        guessed_words INTEGER NOT NULL DEFAULT 0,
        guessed_characters INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE change (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        project_id INTEGER,
        label TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'done',
        run TEXT,
        created_at TEXT NOT NULL,
        touched_at TEXT NOT NULL,
        segment_ids TEXT NOT NULL DEFAULT '[]',
        steps TEXT NOT NULL
    )
    """,
    "CREATE INDEX change_line ON change (project_id, state, id)",
    """
    CREATE TABLE trashed_file (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        change_id INTEGER NOT NULL
            REFERENCES change (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        path TEXT NOT NULL,
        place TEXT NOT NULL
    )
    """,
    "CREATE INDEX trashed_file_path ON trashed_file (change_id, path)",
    """
    CREATE TABLE file_move (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        operation TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL
    )
    """,
)
