"""The reference of ``bench_goals``: a page that does everything anew on each run, as the well-known dashboards do.

The steps are theirs, for the same rows: households that were denied credit or feared it, with a net worth under two
million, every row of the 2019 file counted once; with ``?everyone`` for every row of the 2022 file. Three parts of the
page each start from the table: the bars rank all columns by variance; the metrics rank them again, fit and judge; the
scatter ranks them again, fits again and finds two components. Reading and filtering are cached, nothing else is.
"""

import os
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st
from scipy.stats import mstats
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

KS = range(2, 13)


@st.cache_data
def load_rows(everyone: bool) -> pd.DataFrame:
    folder = Path(os.environ["SCF_DOWNLOADS"])
    if everyone:
        return pd.read_csv(folder / "scfp2022excel.zip")
    table = pd.read_csv(folder / "SCFP2019.csv.gz")
    return table[(table["TURNFEAR"] == 1) & (table["NETWORTH"] < 2e6)]


def rank_columns(rows: pd.DataFrame, trimmed: bool) -> pd.Series:
    variances = rows.apply(mstats.trimmed_var, limits=(0.1, 0.1)) if trimmed else rows.var()
    return variances.sort_values().tail(5)


def fit(x: pd.DataFrame, k: int) -> Pipeline:
    return make_pipeline(StandardScaler(), KMeans(n_clusters=k, random_state=42)).fit(x)


def silhouette(x: pd.DataFrame, model: Pipeline) -> float:
    return silhouette_score(x, model.named_steps["kmeans"].labels_)


st.title("Survey of Consumer Finances")
households = load_rows("everyone" in st.query_params)

st.header("High variance features")
is_trimmed = st.radio("Variance", ["trimmed", "not trimmed"]) == "trimmed"
bars = rank_columns(households, is_trimmed).rename("variance").rename_axis("feature").reset_index()
st.altair_chart(alt.Chart(bars).mark_bar().encode(x="variance:Q", y=alt.Y("feature:N", sort="-x")))

st.header("K-means clustering")
k = st.slider("Number of segments", min_value=KS[0], max_value=KS[-1], value=4)
amounts = households[rank_columns(households, is_trimmed).index]
model = fit(amounts, k)
st.metric("Inertia", f"{model.named_steps['kmeans'].inertia_:,.0f}")
st.metric("Silhouette score", f"{silhouette(amounts, model):.3f}")

st.header("PCA representation of clusters")
amounts = households[rank_columns(households, is_trimmed).index]
labels = fit(amounts, k).named_steps["kmeans"].labels_
found = PCA(n_components=2, random_state=42).fit_transform(amounts)
points = pd.DataFrame(found, columns=["PC1", "PC2"]).assign(labels=labels.astype(str))
st.altair_chart(alt.Chart(points).mark_circle().encode(x="PC1:Q", y="PC2:Q", color="labels:N"))
