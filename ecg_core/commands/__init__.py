"""One file per subcommand: each registers its arguments and runs."""
