package check

import (
	"slices"
	"testing"
)

// violation is one place that breaks a rule: file or package, and what it uses.
type violation struct {
	in, what string
	message  string
}

// onlyShrinks fails for each violation that the list of known ones does not
// contain, and for each entry of the list that is not a violation any more.
func onlyShrinks(t *testing.T, known map[string][]string, found []violation) {
	t.Helper()
	for _, v := range found {
		if !slices.Contains(known[v.in], v.what) {
			t.Error(v.message)
		}
	}
	for _, in := range sorted(known) {
		for _, what := range known[in] {
			if !slices.ContainsFunc(found, func(v violation) bool { return v.in == in && v.what == what }) {
				t.Errorf("%s does not use %s any more: take it out of the list", in, what)
			}
		}
	}
}
