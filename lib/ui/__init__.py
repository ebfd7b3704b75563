"""The only part that imports Streamlit: cached calls, controls, shared sections of pages."""
