import streamlit as st

st.subheader("model")
