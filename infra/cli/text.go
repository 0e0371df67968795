package cli

import (
	"strings"

	"github.com/payhooks/payhooks/internal/safetext"
)

const (
	// longestCell is what a table's cell shows of a text; --json has all of it.
	longestCell = 200
	// longestField is what the value of a field shows.
	longestField = 1000
)

// Line is a text that anyone may have written in one line, as Output prints it:
// in a sentence of a command it begins no line of its own.
func Line(s string) string {
	return safetext.Escape(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ", "\r", " ").Replace(s))
}

// Clip is Line with at most n characters.
func Clip(s string, n int) string { return safetext.Clip(Line(s), n) }
