package webhook

import (
	"bytes"
	"strings"

	"github.com/payhooks/payhooks/internal/safetext"
)

// texts makes the strings of an event's facts, all in one piece of memory, so that they do
// not keep the body.
type texts struct {
	kept    strings.Builder
	scratch []byte
}

// read returns the text that t holds, until the next one is read; nil if it holds none.
func (x *texts) read(t token) []byte {
	switch {
	case t.kind != '"':
		return nil
	case !t.escaped:
		return t.raw
	}
	x.scratch = unescape(x.scratch[:0], t.raw)
	return x.scratch
}

// keep returns text as a string.
func (x *texts) keep(text []byte) string {
	from := x.kept.Len()
	x.kept.Write(text)
	return x.kept.String()[from:]
}

// fact returns t's text if it can be an index key and travel anywhere: a
// string, not empty, under MaxFact bytes, without hidden characters and
// neither an address nor what could be a card's number: merchants choose some
// ids themselves, and facts are logged and sent around. Else "".
func (x *texts) fact(t token) string {
	if t.kind != '"' || len(t.raw) == 0 || len(t.raw) >= 6*MaxFact {
		return ""
	}
	s := x.read(t)
	if len(s) >= MaxFact || bytes.IndexByte(s, '@') >= 0 || hides(s) || cardLike(s) {
		return ""
	}
	return x.keep(s)
}

// hides is safetext.Hides with a short way for what is ASCII: only control characters do.
func hides(s []byte) bool {
	for i := 0; i < len(s); i += wordSize {
		if x := word(s, i); shown(x) < min(wordSize, len(s)-i) {
			return safetext.Hides(string(s))
		}
	}
	return false
}

// cardLike reports whether s is a card's number, grouped or not.
func cardLike(s []byte) bool {
	digits := 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c != ' ' && c != '-':
			return false
		}
	}
	return digits >= 12 && digits <= 19
}
