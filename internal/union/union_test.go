package union_test

import (
	"maps"
	"testing"

	"github.com/payhooks/payhooks/internal/union"
)

func TestMapsJoinsCommonKeysAndKeepsItsArguments(t *testing.T) {
	a, b := map[string]int{"x": 1, "y": 2}, map[string]int{"y": 3, "z": 4}
	got := union.Maps(a, b, func(p, q int) int { return max(p, q) })
	if want := map[string]int{"x": 1, "y": 3, "z": 4}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(a) != 2 || len(b) != 2 || a["y"] != 2 {
		t.Errorf("arguments changed: %v, %v", a, b)
	}
}

func TestEarliestTakesZeroAsNever(t *testing.T) {
	for _, tc := range [][3]int64{{0, 0, 0}, {0, 5, 5}, {5, 0, 5}, {5, 7, 5}, {7, 5, 5}} {
		if got := union.Earliest(tc[0], tc[1]); got != tc[2] {
			t.Errorf("Earliest(%d, %d) = %d, want %d", tc[0], tc[1], got, tc[2])
		}
	}
}
