package cli

import (
	"cmp"
	"slices"
	"strings"
)

// Nearest returns up to five of the names that look most like the word, the
// likeliest first.
func Nearest(word string, names []string) []string {
	type guess struct {
		name string
		far  int
	}
	word = strings.ToLower(word)
	var guesses []guess
	for _, name := range names {
		far := distance(word, name)
		if word != "" && strings.Contains(name, word) {
			far = min(far, 1)
		}
		if far <= 2+len(word)/6 {
			guesses = append(guesses, guess{name, far})
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return cmp.Or(a.far-b.far, len(a.name)-len(b.name)) })
	var near []string
	for _, g := range guesses[:min(5, len(guesses))] {
		near = append(near, g.name)
	}
	return near
}

// distance is how many letters must be changed, added or left out to make b of
// a.
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
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// Mistyped returns the name that the word is within two letters of, or empty.
func Mistyped(word string, names []string) string {
	for _, name := range names {
		if distance(word, name) <= 2 {
			return name
		}
	}
	return ""
}
