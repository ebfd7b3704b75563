"""What can be done with segments wherever they are on screen: tabs, of which only the open one is computed."""

from __future__ import annotations

from collections.abc import Callable

from lib.ui.scene import links
from lib.ui.scene.scene import Segmented
from lib.ui.use import cards, compare, hand_on, lenses, place
from lib.words import a


def render(scene: Segmented) -> None:
    """The tabs that the data have something for."""
    offered: dict[str, tuple[str, Callable[[Segmented], None]]] = {
        "cards": ("Cards", cards.render),
        **({"lenses": ("Lenses", lenses.render)} if scene.subject.lenses else {}),
        "compare": ("Compare", compare.render),
        "place": (f"Place {a(scene.entity.singular)}", place.render),
        "hand-on": ("Hand on", hand_on.render),
    }
    tabs = links.tabs(offered, key="use", format_func=lambda name: offered[name][0])
    for tab, (_, show) in zip(tabs, offered.values(), strict=True):
        with tab:
            if tab.open:
                show(scene)
