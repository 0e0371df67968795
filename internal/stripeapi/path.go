package stripeapi

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/event"
)

// The longest paths that are requested, their queries included.
const (
	maxPath = 2048
	maxPage = 4 * maxPath // may repeat the filters of the list
)

// never is ErrInvalid, for what is not requested now and at no time.
func never(format string, args ...any) error { return event.Permanent(invalid(format, args...)) }

// apiPath is ErrInvalid for a path that could lead anywhere but below /v1/ or /v2/
// of the API. The path is from outside: a signature proves who sent it, not where
// it leads. Its query may be anything that a request line can have.
func apiPath(path string, longest int) error {
	if len(path) > longest {
		return never("the path is %d bytes long; at most %d are requested", len(path), longest)
	}
	way, query, _ := strings.Cut(path, "?")
	rest, ok := strings.CutPrefix(way, "/v1/")
	if !ok {
		rest, ok = strings.CutPrefix(way, "/v2/")
	}
	if !ok || !lineText(path) || !segments(rest) {
		return never("%q is not a plain path below /v1/ or /v2/: it is not requested", clip(path))
	}
	if u, err := url.Parse(path); err != nil || u.EscapedPath() != way || u.RawQuery != query || u.Host != "" {
		return never("%q does not stay as it is in a request: it is not requested", clip(path))
	}
	return nil
}

// lineText reports whether text has only what a request line takes, and nothing
// that some reader of it takes for a slash or the end.
func lineText(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' || r == '#' })
}

// segments reports whether each segment of the path is one, however often a
// server on the way decodes it.
func segments(path string) bool {
	for s := range strings.SplitSeq(path, "/") {
		if s == "" || !segment(s) {
			return false
		}
	}
	return true
}

func segment(s string) bool {
	for range maxPage { // each round that changes s shortens it
		if s == "." || s == ".." || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '/' || r == '\\' }) {
			return false
		}
		decoded, err := url.PathUnescape(s)
		if err != nil || decoded == s {
			return true
		}
		s = decoded
	}
	return false
}

// objectID is ErrInvalid for an id that cannot be one of Stripe's.
func objectID(id string) error {
	strange := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '_' && r != '-'
	}
	if id == "" || len(id) > 255 || strings.ContainsFunc(id, strange) {
		return never("%q is not an id of Stripe's: it is not requested", clip(id))
	}
	return nil
}

func clip(text string) string { return text[:min(len(text), 80)] }
