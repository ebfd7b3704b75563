"""What segments are like: profiles, names, rules, lenses, typical members, and how they lie in a plane."""
