"""What can be done with segments wherever they are on screen: tabs, of which only the open one is computed."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lib.segments import Recipe, Segmentation
from lib.ui.scene.view import View
from lib.ui.use import cards
from lib.ui.use import hand_on as handing

_TABS = ("Cards", "Lenses", "Compare", "Place a household", "Hand on")


def render(view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str], shown: Mapping[int, str]) -> None:
    """The tabs; ``shown`` are the segments on view, ``names`` all of them."""
    card, lens, compare, place, hand = st.tabs(_TABS, key="use", bind="query-params")
    with card:
        if card.open:
            cards.render_cards(view, recipe, found, shown)
    with lens:
        if lens.open:
            cards.render_lenses(view, recipe, shown)
    with compare:
        if compare.open:
            cards.render_contrast(view, recipe, shown)
    with place:
        if place.open:
            cards.render_place(view, recipe, found, names)
    with hand:
        if hand.open:
            handing.render(view, recipe, found, names)
