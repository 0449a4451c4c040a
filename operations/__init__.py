"""Health, API documentation and the style page: views over the kit, no models."""
