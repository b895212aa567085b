package spec

import (
	"fmt"
	"slices"
	"strings"
)

// near returns up to limit candidates by growing edit distance from word,
// leaving out those that share too little with it to be a typing slip.
func near(word string, candidates []string, limit int) []string {
	type scored struct {
		name string
		far  int
	}
	var found []scored
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d <= max(2, len(word)/3) {
			found = append(found, scored{c, d})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return a.far - b.far })
	var names []string
	for _, f := range found[:min(limit, len(found))] {
		names = append(names, f.name)
	}
	return names
}

// hint renders a suggestion for a word that is not among the candidates.
func hint(word string, candidates []string) string {
	if n := near(word, candidates, 1); len(n) > 0 {
		return fmt.Sprintf(" (did you mean %q?)", n[0])
	}
	return fmt.Sprintf(" (known: %s)", strings.Join(candidates, ", "))
}

// distance is the Levenshtein distance between a and b in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
