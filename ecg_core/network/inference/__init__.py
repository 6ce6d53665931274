"""A released network asked in NumPy: the same weights, without the seconds that PyTorch's import
takes. Training, studies and the methods of pytorch-grad-cam use `network.architecture`."""

from ecg_core.network.inference.layers import sigmoid
from ecg_core.network.inference.network import FeatureMap, InkNetwork, Logits

__all__ = ["FeatureMap", "InkNetwork", "Logits", "sigmoid"]
