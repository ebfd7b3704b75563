"""Marks of Markdown and HTML in what a page says: which of them take effect."""

from __future__ import annotations

import re

from google.protobuf.message import Message

PLAIN = {
    "Selectbox": {"options", "raw_value"},
    "MultiSelect": {"options", "raw_values"},
    "TextInput": {"default", "value", "placeholder"},
    "Dataframe": {"arrow_data", "columns", "alt", "lazy_data"},
    "VegaLiteChart": {"spec", "data", "datasets", "alt"},
    "Metric": {"chart_data"},
    "NumberInput": {"placeholder"},
    "PlotlyChart": {"figure"},
    "Html": {"body"},  # tests/test_figures.py
}
"""What an element holds that is no Markdown."""

NAMES = {"id", "key", "form_id", "element_hash", "query_param_key", "icon", "url"}
"""What no visitor sees."""

TAKES_EFFECT = re.compile(r"\*\*bold\*\*|(?<!\\)\[[xi]\]\(|(?<!\\)<b>|(?<!\\)\$a\$|:red\[", re.IGNORECASE)


def texts(message):
    """Every text of an element that may be Markdown."""
    kind = message.DESCRIPTOR.name
    for field, value in message.ListFields():
        if field.name in NAMES or field.name in PLAIN.get(kind, ()):
            continue
        for one in [value] if isinstance(value, str | bytes | Message) or not hasattr(value, "__iter__") else value:
            if isinstance(one, Message):
                yield from texts(one)
            elif isinstance(one, str):
                yield f"{kind}.{field.name}: {one}"


def alive(at):
    """Texts in which a mark of the table takes effect."""
    protos = [node.proto for node in at._tree if isinstance(getattr(node, "proto", None), Message)]
    return sorted({words for proto in protos for words in texts(proto) if TAKES_EFFECT.search(words)})
