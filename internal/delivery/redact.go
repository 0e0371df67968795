package delivery

import (
	"regexp"
	"sync"

	"github.com/payhooks/payhooks/internal/safetext"
)

// replaced is what is put in the place of a pattern.
type replaced struct {
	re *regexp.Regexp
	to string
}

var secrets = sync.OnceValue(func() []replaced {
	return []replaced{
		{regexp.MustCompile(`[^\s<>"',;:()\[\]]+@[^\s<>"',;:()\[\]]+`), "[address]"},
		{regexp.MustCompile(`\b(?:whsec|sk|rk|pk)_[A-Za-z0-9_]+`), "[secret]"},
		{regexp.MustCompile(`\b\d(?:[ -]?\d){11,18}\b`), "[number]"},
		{regexp.MustCompile(`\+\d(?:[ -]?\d){6,14}\b`), "[number]"},
	}
})

const (
	// maxError is how much of an error's text the ledger keeps.
	maxError = 500
	// maxRead is how much of it is searched for what it must not contain.
	maxRead = 2_000
)

// redact takes addresses, secrets and card-like numbers out of an error's text
// before it is kept or logged, and makes it one line that hides nothing: an error
// may quote an id that others chose.
func redact(s string) string {
	s = safetext.Line(s, maxRead)
	for _, r := range secrets() {
		s = r.re.ReplaceAllString(s, r.to)
	}
	return safetext.Clip(s, maxError)
}
