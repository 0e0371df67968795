package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The tests of the guards themselves take minutes: see make mutants. That a guard
// moved shows at once.
func TestEveryGuardIsWhereItsMutantTakesItOut(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	for _, g := range guards {
		if _, err := os.Stat(filepath.Dir(g.file)); os.IsNotExist(err) {
			continue // an action that this copy of the project is without
		}
		if _, err := g.overlay(t.TempDir()); err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
	}
}
