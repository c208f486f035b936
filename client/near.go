package client

import (
	"cmp"
	"slices"
	"strings"
)

// near lists the names that a wrong one may stand for: those that differ in a few
// letters, the nearest first; else those that have the same first part or of which it is
// a part; else none.
func near(wrong string, names []string) []string {
	const typos = 3
	wrong = strings.NewReplacer("_", ".", "-", ".").Replace(strings.ToLower(wrong))
	best := slices.Clone(names)
	slices.SortStableFunc(best, func(a, b string) int { return cmp.Compare(distance(wrong, a), distance(wrong, b)) })
	few := slices.Clone(best)
	if few = slices.DeleteFunc(few, func(name string) bool { return distance(wrong, name) > typos }); len(few) > 0 {
		return few
	}
	room, _, _ := strings.Cut(wrong, ".")
	return slices.DeleteFunc(best, func(name string) bool {
		return wrong == "" || !strings.HasPrefix(name, room+".") && !strings.Contains(undotted(name), undotted(wrong))
	})
}

// undotted is a name without what separates its parts.
func undotted(name string) string { return strings.ReplaceAll(name, ".", "") }

// distance is how many letters must be put in, taken out or changed to make one text
// of another.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
