"""How Calypso becomes a product: releases, and what an appliance needs around them."""
