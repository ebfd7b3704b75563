"""The reference for a first visit: a Streamlit page with one chart, and nothing to load or compute for it."""

import streamlit as st

st.title("One chart")
st.bar_chart({"value": [3, 1, 4, 1, 5, 9, 2, 6]})
