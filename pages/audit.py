import streamlit as st

st.subheader("audit")
