"""Why a suggestion is made: the terms of its score in words, with the rows they rest on."""
