import streamlit as st

st.subheader("performance")
