"""Whether attention tells anything: perturbation, randomised weights, planted abnormalities."""
