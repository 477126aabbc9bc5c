"""Commands that suggest partners and measure suggestions: match, rank, evaluate."""
