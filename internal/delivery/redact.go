package delivery

import "regexp"

var secrets = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`[^\s<>"',;:()\[\]]+@[^\s<>"',;:()\[\]]+`), "[address]"},
	{regexp.MustCompile(`\b(?:whsec|sk|rk|pk)_[A-Za-z0-9_]+`), "[secret]"},
	{regexp.MustCompile(`\b\d(?:[ -]?\d){11,18}\b`), "[number]"},
	{regexp.MustCompile(`\+\d(?:[ -]?\d){6,14}\b`), "[number]"},
}

// longest error text that the ledger keeps.
const maxError = 500

// redact takes addresses, secrets and card-like numbers out of an error's
// text before it is kept or logged.
func redact(s string) string {
	for _, r := range secrets {
		s = r.re.ReplaceAllString(s, r.to)
	}
	if len(s) > maxError {
		s = s[:maxError] + "…"
	}
	return s
}
