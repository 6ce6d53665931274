"""The deployment of docs/DEPLOY.md played through by real programs: make test-deployment."""
