"""Controls that make a recipe: features, transform, scaling, number of segments. All of it lives in the link."""

from __future__ import annotations

from functools import partial
from math import isfinite, log

import streamlit as st

from lib.dataset import ROWS
from lib.estimates import THIN
from lib.features import BENT, SCALINGS, TRANSFORMS, Scaling, Transform
from lib.features.wording import BEND_AT, SCALE_BY, SCALING_WORDS, TRANSFORM_BY, TRANSFORM_WORDS, times
from lib.segments import ALGORITHM_LABELS, ALGORITHMS, METHOD, PROVISIONAL, STARTS, Algorithm, Recipe
from lib.ui.run import background, results, segment_results, whole_page
from lib.ui.scene import controls, links, own
from lib.ui.scene.scene import Scene
from lib.ui.sections import features, sidebar
from lib.words import literal

FEWEST, MOST = 2, 12
MANY_ROWS, FEWER_STARTS = 10_000, 100
"""On more rows than this, each of whose starts takes longer, so many are the most, so that a page need not wait."""

_MOSTLY_HAVING = 0.25
"""Share of an amount's variance from which on it is told that it is having any or none. Ours."""

_ACROSS, _UP = "across", "up"
_PUT = "recipe_put_on_page"
_K, _TRANSFORM, _SCALING, _ALGORITHM, _PCA, _BEND = "k", "transform", "scaling", "algorithm", "pca", "bend"

_HOW = "Method and scale"
_BENDS = (0.1, 0.3, 1.0, 3.0, 10.0)
"""What the amounts at which scales bend can be multiplied by."""

_NO_PCA, _LEAST_KEPT, _MOST_KEPT = 0, 80, 99
"""Off, and the bounds of the share of the variance to keep, in per cent."""

_SCALING_HELP = "What makes features of different size comparable: without it the largest amounts decide alone."
_BEND_HELP = (
    "Below an amount of each column's own the bent scale is nearly linear, above it nearly logarithmic. That amount is "
    "the median of what is not zero, times this factor: smaller, and differences between small amounts and none count "
    "for more; larger, and those between large amounts do."
)
_PCA_HELP = (
    "Seek segments among the leading principal components that keep this share of the variance, rather than among the "
    "columns: what many columns say together then counts once, and what is left is taken for noise. With few columns "
    "it changes little."
)


def choose_two(scene: Scene) -> tuple[str, str]:
    """Choose two amounts."""
    amounts = scene.codebook.amounts()
    candidates = controls.leading(scene.subject.first.pair, amounts)
    across, *rest = results.usable(scene.view, tuple(candidates), 2) or [""]
    left, right = st.columns(2)
    with left:
        first = controls.pick_column("Horizontal", amounts, scene.codebook, default=across, key=_ACROSS)
    with right:
        second = controls.pick_column("Vertical", amounts, scene.codebook, default=rest[0] if rest else across, key=_UP)
    return first, second


def why_not_two(scene: Scene) -> str:
    """What to do where one amount was chosen twice."""
    number = len(scene.codebook.amounts())
    if number >= 2:
        filled = " Those with missing values can be filled under “Your own table”." if own.mine() else ""
        return f"Choose two different amounts.{filled}"
    amounts = "no amount" if number == 0 else "only one amount"
    return (
        f"These data have {amounts}, and segments by two features need two: bring a table with more columns of "
        "numbers, or derive one under “Your own table”."
    )


def set_two(features: tuple[str, str]) -> None:
    """Choose these two amounts."""
    st.session_state[_ACROSS], st.session_state[_UP] = features


def set_scale(transform: Transform, scaling: Scaling) -> None:
    """Choose how amounts are bent and made comparable."""
    st.session_state[_TRANSFORM], st.session_state[_SCALING] = transform, scaling


def set_k(k: int) -> None:
    """Choose the number of segments, or the nearest that can be chosen."""
    st.session_state[_K] = min(max(k, FEWEST), MOST)


def set_algorithm(algorithm: Algorithm) -> None:
    """Choose the method."""
    st.session_state[_ALGORITHM] = algorithm


def set_pca(share: float | None) -> None:
    """Choose the share of the variance that PCA keeps, or the nearest that can be chosen; None for no PCA."""
    kept = _NO_PCA if share is None else min(max(round(100 * share), _LEAST_KEPT), _MOST_KEPT)
    st.session_state[_PCA] = kept


def set_bend(bend: float) -> None:
    """Choose the factor of the amounts at which scales bend, or the nearest that can be chosen."""
    st.session_state[_BEND] = min(_BENDS, key=lambda one: abs(log(one / bend)))


def choose_recipe(
    scene: Scene, features: tuple[str, ...], *, algorithms: bool = False, components: bool = False
) -> Recipe:
    """Choose transform, scaling and number of segments for given features.

    Args:
        scene: What is looked at.
        features: Columns to segment on.
        algorithms: Whether the method can be chosen.
        components: Whether PCA can come first. Not for two features in their plane: two components are the same
            plane turned round, and one would be a line drawn as a plane.
    """
    number = st.container()  # what most come for stands first; it needs to know all that is chosen below
    with controls.folded(_HOW, key="method", icon=":material/tune:"):
        recipe = _choose_scale(scene, features, algorithms=algorithms, components=components)
    with number:
        return recipe.with_k(_choose_k(scene, recipe))


def _choose_scale(scene: Scene, features: tuple[str, ...], *, algorithms: bool, components: bool) -> Recipe:
    """Everything but the features and the number of segments."""
    algorithm = _choose_algorithm() if algorithms else "kmeans"
    transform = links.segmented(
        TRANSFORM_BY,
        TRANSFORMS,
        key=_TRANSFORM,
        default="asinh",
        format_func=lambda name: TRANSFORM_WORDS[name].label,
        help=_about_transforms(scene),
    )
    with controls.grid(3 if components else 2, min_column_width=265):
        bend = _choose_bend(transform)
        scaling = links.selectbox(
            SCALE_BY,
            SCALINGS,
            key=_SCALING,
            default="standard",
            format_func=lambda name: SCALING_WORDS[name].label,
            help=_SCALING_HELP,
        )
        pca = _choose_pca() if components else None
    if links.are_drawn():
        st.caption(" ".join(filter(None, (_why(scene, features, transform), _bends(scene, features, transform, bend)))))
    starts = STARTS if results.size(scene.view).rows <= MANY_ROWS else FEWER_STARTS
    return Recipe(
        features,
        transform=transform,
        scaling=scaling,
        algorithm=algorithm,
        starts=starts,
        counting=scene.view.counting,
        pca=pca,
        bend=bend,
    )


def _choose_k(scene: Scene, recipe: Recipe) -> int:
    """The number of segments, which begins where the advice says; beside it the reason, or that none was tried."""
    finds_its_own = recipe.algorithm == "hdbscan"
    begun = None if finds_its_own else segment_results.begun_with(scene.view, recipe)
    with st.grid(2, min_column_width=260, vertical_alignment="center"):
        k = int(
            links.slider(
                "Number of segments",
                FEWEST,
                MOST,
                PROVISIONAL if begun is None else begun.k,
                key=_K,
                unsaid=links.of_older(PROVISIONAL),
                disabled=finds_its_own,
                help="HDBSCAN finds the number of segments itself." if finds_its_own else None,
            )
        )
        if not finds_its_own:
            _advise(scene, recipe, k)
    return k


def _advise(scene: Scene, recipe: Recipe, k: int) -> None:
    """What is advised, and one click to it where the number is another; where nothing is known yet, to find it."""
    view = scene.view
    found = segment_results.advised(view, recipe)
    if found is None:
        with st.container():
            st.caption(f"{f'{k} for now: no' if k == PROVISIONAL else 'No'} other number was tried.")
            background.on_request(
                "advice",
                "Find the advised number",
                ":material/explore:",
                segment_results.sweep_key(view, recipe),
                lambda progress: segment_results.sweep(view, recipe, progress),
            )
        return
    said = f"**{found.k} advised**: {found.why(scene.entity.sampled(THIN))}."
    if k == found.k:
        is_other = k != PROVISIONAL and links.is_of_no_version()
        st.caption(f"{said}{f' An older link that named no number meant {PROVISIONAL}.' if is_other else ''}")
        return
    with st.container():
        st.caption(said)
        take, words = partial(set_k, found.k), f"Take {found.k}"
        st.button(words, icon=":material/check:", key="take_advised", on_click=take, type="tertiary")


def put_on_page(recipe: Recipe) -> None:
    """Choose what a recipe says, as far as the controls of the pages go."""
    features.set_own(recipe.features)
    if len(recipe.features) == 2:
        set_two((recipe.features[0], recipe.features[1]))
    set_scale(recipe.transform, recipe.scaling)
    set_bend(recipe.bend)
    set_pca(recipe.pca)
    set_k(recipe.k)
    set_algorithm(recipe.algorithm)
    sidebar.set_counting(recipe.counting)
    st.session_state[_PUT] = True
    whole_page.ask()


def was_put_on_page() -> bool:
    """Whether a recipe was, since this was last asked."""
    return bool(st.session_state.pop(_PUT, False))


def _choose_algorithm() -> Algorithm:
    return links.segmented(
        METHOD, ALGORITHMS, key=_ALGORITHM, default="kmeans", format_func=ALGORITHM_LABELS.__getitem__
    )


def _choose_bend(transform: Transform) -> float:
    """The factor of the amounts at which scales bend; of no matter where they are not bent at one."""
    return links.segmented(
        BEND_AT,
        _BENDS,
        key=_BEND,
        default=1.0,
        ids=lambda factor: f"{factor:g}",
        format_func=times,
        disabled=transform not in BENT,
        help=_BEND_HELP,
    )


def _choose_pca() -> float | None:
    kept = links.selectbox(
        "PCA first",
        (_NO_PCA, *range(_LEAST_KEPT, _MOST_KEPT + 1)),
        key=_PCA,
        ids=lambda share: str(share or "off"),
        format_func=lambda share: f"{share}% of the variance" if share else "Off",
        help=_PCA_HELP,
    )
    return kept / 100 if kept else None


def _about_transforms(scene: Scene) -> str:
    theirs = " None is what the well-known notebooks do." if scene.subject.wording.notebooks else ""
    return f"Amounts are {'; '.join(f'{words.does} ({words.label})' for words in TRANSFORM_WORDS.values())}.{theirs}"


def _why(scene: Scene, features: tuple[str, ...], transform: Transform) -> str:
    """The reason to bend the scale or not, from the data."""
    shares = {name: share for name in features if isfinite(share := results.extremes(scene.view, name))}
    if not shares:
        return ""
    name = max(shares, key=lambda feature: shares[feature])
    member, members = ("row", "rows") if scene.view.counting == ROWS else (scene.entity.singular, scene.entity.plural)
    label = literal(scene.codebook.label(name))
    fact = f"One {member} in a hundred makes up {shares[name]:.0%} of the variance of {label}"
    if transform in {"none", "winsorised"} and shares[name] > 0.5:
        return f":material/warning: {fact}: on this scale such {members} become segments of their own."
    if transform == "none":
        return f"{fact}: less than half, so that the scale may be left as it is."
    if transform == "winsorised":
        return f"{fact}; capped at the 1st and 99th percentile they no longer decide alone."
    bent = f"{fact}; bent like this, the scale lets the others count too."
    return " ".join(filter(None, [bent, _having(scene, features) if transform == "asinh" else ""]))


def _having(scene: Scene, features: tuple[str, ...]) -> str:
    """Where having any or none makes up most of an amount's variance."""
    amounts = [name for name in features if scene.codebook[name].is_amount]
    shares = {name: share for name in amounts if isfinite(share := results.having(scene.view, name))}
    if not shares or max(shares.values()) < _MOSTLY_HAVING:
        return ""
    name = max(shares, key=lambda feature: shares[feature])
    return (
        f"{shares[name]:.0%} of the variance of {literal(scene.codebook.label(name))} is then having any or none: "
        f"{TRANSFORM_WORDS['two_part'].label} tells that from how much."
    )


_BENDS_TOLD = 6


def _bends(scene: Scene, features: tuple[str, ...], transform: Transform, bend: float) -> str:
    """At which amount of each column its scale bends."""
    own = [name for name in features if scene.codebook[name].spread is None]
    if transform not in BENT or not own:
        return ""
    amounts = {name: bend * results.typical_amount(scene.view, name) for name in own[:_BENDS_TOLD]}
    told = [f"{scene.codebook.label(name)} {scene.codebook[name].text(amount)}" for name, amount in amounts.items()]
    more = f"; and {len(own) - _BENDS_TOLD} more" if len(own) > _BENDS_TOLD else ""
    factor = f", × {bend:g}" if bend != 1 else ""
    parts = (
        " Having none stays as far from the mean of those who have some, whatever the bend: the sooner it bends, the "
        "farther small amounts lie from both."
    )
    return (
        f"It bends at the median of what is not zero{factor} ({literal('; '.join(told))}{more}): below that a scale is "
        f"nearly linear, above it nearly logarithmic.{parts if transform == 'two_part' else ''}"
    )
