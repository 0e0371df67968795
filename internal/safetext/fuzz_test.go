package safetext_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/safetext"
)

func seed(f *testing.F) {
	for _, s := range names {
		f.Add(s)
	}
	for _, r := range masked {
		f.Add("a" + string(r) + "=" + string(r))
	}
	for _, s := range []string{"=cmd|' /C calc'!A0", "a\xff\xed\xa0\x80b", `\u202e`, "<!channel> <http://a|b>", "a\r\nBcc: x@example.com", strings.Repeat("x\u202e", 5000)} {
		f.Add(s)
	}
}

func FuzzEscape(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := safetext.Escape(s)
		harmless(t, got)
		if again := safetext.Escape(got); again != got {
			t.Errorf("%+q becomes %+q when it is escaped again", got, again)
		}
	})
}

// Escaped JSON is JSON of the same value.
func FuzzEscapedJSON(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		data, err := json.Marshal(map[string]string{s: s})
		if err != nil {
			t.Fatal(err)
		}
		escaped := safetext.Escape(string(data))
		harmless(t, escaped)
		var back map[string]string
		valid := strings.ToValidUTF8(s, "\ufffd")
		if utf8.ValidString(s) {
			valid = s
		}
		if err := json.Unmarshal([]byte(escaped), &back); err != nil || utf8.ValidString(s) && back[valid] != valid {
			t.Errorf("%q is %q as JSON and %q when read: %v", s, escaped, back, err)
		}
	})
}

func FuzzLine(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := safetext.Line(s, 50)
		harmless(t, got)
		if strings.ContainsAny(got, "\n\t") || utf8.RuneCountInString(got) > 50 {
			t.Errorf("%q is the line %q", s, got)
		}
		lines := safetext.Lines(s, 50)
		harmless(t, lines)
		if utf8.RuneCountInString(lines) > 50 || strings.Count(lines, "\n") > strings.Count(s, "\n") {
			t.Errorf("%q are the lines %q", s, lines)
		}
	})
}

// A cell is read back as one cell that is no formula.
func FuzzCell(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		cell := safetext.Cell(s)
		harmless(t, cell)
		var b strings.Builder
		w := csv.NewWriter(&b)
		if err := w.Write([]string{"x", cell, "-5.00"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 3 || rows[0][1] != cell {
			t.Fatalf("%q is written as %q and read as %q, %v", s, b.String(), rows, err)
		}
		if strings.ContainsAny(strings.TrimSpace(cell)[:min(1, len(strings.TrimSpace(cell)))], "=+-@|%\t\r") {
			t.Errorf("%q is the formula %q", s, cell)
		}
	})
}
