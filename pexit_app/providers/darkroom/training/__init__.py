"""From photos of a person to a persona: the best are chosen, cut out, given relief and freed of their own light."""
