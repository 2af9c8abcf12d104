"""The Peewee models say what the schema says: the same tables, columns and defaults."""

from __future__ import annotations

import peewee
import pytest

from storyflow_tui.library import Library
from storyflow_tui.library.models import MODELS


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.table_name)
def test_a_model_has_the_columns_of_its_table(model: type[peewee.Model], library: Library) -> None:
    table = library._database.rows(f"PRAGMA table_info({model._meta.table_name})")
    fields = model._meta.sorted_fields
    assert [row[1] for row in table] == [field.column_name for field in fields]
    for row, field in zip(table, fields, strict=True):
        assert bool(row[3]) == (not field.null), f"{field.column_name} may be null"
        assert bool(row[5]) == bool(field.primary_key)
