"""Whether attention maps tell anything: perturbation, randomisation, planted signs."""
