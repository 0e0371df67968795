package webhook_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/events"
)

// bodies makes bodies by chance: of samples, of small events, and by the grammar of JSON
// with the names that the parser reads. Most are changed in a few places.
type bodies struct {
	r     *rand.Rand
	seeds [][]byte // those of Stripe's shape
	small [][]byte
	b     []byte // used again
}

func newBodies(t *testing.T, seed uint64) *bodies {
	t.Helper()
	m := &bodies{r: rand.New(rand.NewPCG(seed, 27))} //nolint:gosec // chance that can be had again
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range types {
			body, err := events.Sample(kind, version)
			if err != nil {
				t.Fatal(err)
			}
			m.seeds = append(m.seeds, body)
		}
	}
	for _, kind := range events.ThinTypes() {
		body, err := events.ThinSample(kind)
		if err != nil {
			t.Fatal(err)
		}
		m.small = append(m.small, body)
	}
	for _, text := range []string{
		minimal, minimal, thinEvent, thinEvent, strings.ReplaceAll(minimal, `,`, ",\n    "),
		strings.Replace(minimal, `"id":"ch_1"`, `"id":"ch_1","payments":{"data":[{"payment":{"payment_intent":"pi_1"}},{"payment":{"charge":{"id":"ch_2"}}}]},"amount":5`, 1),
		strings.Replace(minimal, `"id":"ch_1"`, `"id":"ch_1","parent":{"subscription_details":{"subscription":{"id":"sub_1"}}},"customer":{"id":"cus_1"},"total":1`, 1),
		strings.Replace(thinEvent, `"reason":null`, `"reason":{"type":"request","request":{"id":"req_1","client":{"email":"a@example.com"}}}`, 1),
	} {
		m.small = append(m.small, []byte(text))
	}
	return m
}

// next is valid until the next one is made.
func (m *bodies) next() []byte {
	switch n := m.r.IntN(16); {
	case n == 0:
		m.b = append(m.b[:0], m.seeds[m.r.IntN(len(m.seeds))]...)
	case n < 8:
		m.b = append(m.b[:0], m.small[m.r.IntN(len(m.small))]...)
	default:
		m.b = m.event(m.b[:0])
	}
	for range m.r.IntN(4) {
		m.change()
	}
	return m.b
}

// What is put in somewhere.
var (
	marks = []string{
		`"id":"a",`, `"ID":"a",`, `"\u0069d":"a",`, `"object":{},`, `"livemode":true,`, `"Account":null,`, `"account":"acct_1",`, `,"x":[`,
		`]`, `{`, `}`, `:`, `,`, `"`, `""`, `\`, "[[[[[[[[[[", `{"a":`, "//", "null", "nul", "True", "NaN", " ", "\n", "\t", "\r\n", "\v", "        ",
	}
	letters = []string{
		`\"`, `\\`, `\n`, `\/`, `\b`, `\x`, `\u`, `\u0000`, `\u004A`, `\u00fF`, `\u00g0`, `\u00@0`, `\ud800`, `\udc00`, `\ud83d\ude00`, `\u00e9`, `\u017f`, `\u212a`,
		"\x00", "\x1f", "\x7f", "\x80", "\xff", "\xed\xa0\x80", "é", "É", "ſ", "K", "\u2028", "\ufeff", "\u00a0", "\U0001f600", "@", "A", "B", "M", "Y", "Z", "[", "4000056655665556",
	}
	numbers = []string{
		"0", "-", "-0", "1e5", "1E+05", "1e-0", "1e", "1e+", "0.", ".5", "00", "01", "-01", "10", "1.0", "1.", "1.e5", "+1", "0x1", "--1", "9223372036854775807", "9223372036854775808",
		"-9223372036854775808", "1763856000", "253402300799", "253402300800",
	}
)

func (m *bodies) one(of []string) string { return of[m.r.IntN(len(of))] }

// change makes one change: mostly one that keeps the syntax of what is near.
func (m *bodies) change() {
	at := m.r.IntN(len(m.b) + 1)
	rest := len(m.b) - at
	switch m.r.IntN(10) {
	case 0:
		m.splice(at, min(1, rest), []byte{byte(m.r.UintN(256))})
	case 1:
		m.splice(at, min(m.r.IntN(12), rest), nil)
	case 2, 3:
		m.splice(at, 0, []byte(m.one([][]string{marks, letters, numbers}[m.r.IntN(3)])))
	case 4: // a member again
		m.splice(at, 0, bytes.Clone(m.b[at:at+min(m.r.IntN(40), rest)]))
	case 5:
		if rest > 0 && m.b[at]|0x20 >= 'a' && m.b[at]|0x20 <= 'z' {
			m.b[at] ^= 0x20
		}
	case 6:
		if rest > 0 && m.b[at] < 0x80 {
			m.splice(at, 1, fmt.Appendf(nil, `\u%04x`, m.b[at]))
		}
	case 7: // one more member
		if i := bytes.IndexByte(m.b[at:], '{'); i >= 0 {
			m.splice(at+i+1, 0, append(m.member(nil, 1), ','))
		}
	case 8: // a member twice
		if i := bytes.Index(m.b[at:], []byte(`,"`)); i >= 0 {
			if n := bytes.IndexByte(m.b[at+i+1:], ','); n >= 0 {
				m.splice(at+i, 0, bytes.Clone(m.b[at+i:at+i+1+n]))
			}
		}
	case 9: // another value
		if i := bytes.IndexByte(m.b[at:], ':'); i >= 0 {
			from := at + i + 1
			if n := bytes.IndexAny(m.b[from:], ",}"); n >= 0 {
				m.splice(from, n, m.value(nil, 1))
			}
		}
	}
}

// splice puts text in the place of n bytes.
func (m *bodies) splice(at, n int, text []byte) {
	tail := bytes.Clone(m.b[at+n:])
	m.b = append(append(m.b[:at], text...), tail...)
}

// event is nearly always JSON, and often an event.
func (m *bodies) event(b []byte) []byte {
	b = append(b, '{')
	for i, text := range []string{
		`"id":"evt_1"`, `"object":"event"`, `"created":1763856000`, `"type":"a.b"`, `"livemode":false`, `"data":{"object":`,
	} {
		if m.r.IntN(40) == 0 {
			continue
		}
		if i > 0 {
			b = m.blank(append(b, ','))
		}
		b = append(b, text...)
	}
	b = m.object(b, 3)
	b = append(b, '}')
	for range m.r.IntN(4) {
		b = m.member(append(b, ','), 2)
	}
	return append(b, '}')
}

func (m *bodies) blank(b []byte) []byte {
	if m.r.IntN(2) == 0 {
		return b
	}
	return append(append(b, '\n'), "                    "[:m.r.IntN(20)]...)
}

func (m *bodies) object(b []byte, depth int) []byte {
	b = append(b, '{')
	n := m.r.IntN(6)
	if m.r.IntN(500) == 0 {
		n = 100 + m.r.IntN(60)
	}
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = m.member(m.blank(b), depth-1)
	}
	return append(m.blank(b), '}')
}

func (m *bodies) member(b []byte, depth int) []byte {
	b = append(b, '"')
	if m.r.IntN(3) == 0 {
		b = m.string(b)
	} else {
		from := len(b)
		all := readObject.names
		if m.r.IntN(3) == 0 {
			all = readEvent.names
		}
		b = append(b, all[m.r.IntN(len(all))]...)
		if m.r.IntN(20) == 0 {
			b[from] ^= 0x20
		}
	}
	b = append(b, `":`...)
	if m.r.IntN(2) == 0 {
		b = append(b, ' ')
	}
	return m.value(b, depth)
}

func (m *bodies) value(b []byte, depth int) []byte {
	switch m.r.IntN(10) {
	case 0:
		return append(b, "null"...)
	case 1:
		return append(b, "true"...)
	case 2:
		return append(b, "false"...)
	case 3:
		return fmt.Append(b, int64(m.r.Uint64())>>m.r.UintN(64)) //nolint:gosec // any number
	case 4:
		if m.r.IntN(2) == 0 {
			return append(b, m.one(numbers)...)
		}
		return fmt.Append(b, m.r.NormFloat64())
	case 5, 6:
		if depth > 0 {
			return m.object(b, depth)
		}
	case 7:
		b = append(b, '[')
		for i := range m.r.IntN(4) * min(depth, 1) {
			if i > 0 {
				b = append(b, ',')
			}
			b = m.value(b, depth-1)
		}
		return append(b, ']')
	}
	return append(m.string(append(b, '"')), '"')
}

// string is text between quotes, of a length about that of a word of the machine.
func (m *bodies) string(b []byte) []byte {
	for range m.r.IntN(1 + m.r.IntN(36)) {
		if m.r.IntN(40) == 0 {
			b = append(b, m.one(letters)...)
		} else {
			b = append(b, "abcdefghijklmnopqrstuvwxyz_0123456789-/."[m.r.IntN(40)])
		}
	}
	return b
}
