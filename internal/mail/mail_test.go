package mail_test

import (
	"encoding/json"
	"errors"
	"mime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
)

func TestNothingInAMailCanStartAHeaderOfItsOwn(t *testing.T) {
	s := newSES(t, accept)
	m := sample()
	m.Subject = "Receipt\r\nBcc: victim@example.com"
	m.Reference = "A\r\nBcc: victim@example.com"
	m.From = "\"Shop, Ltd\" <shop@example.com>"
	if _, err := client(s.URL).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if body := s.last.Load().(string); strings.Contains(body, `\r`) || strings.Contains(body, `\n`) {
		t.Errorf("a line break reached SES: %s", body)
	}
}

func TestAMailToNoValidAddressIsRejectedUnsent(t *testing.T) {
	s := newSES(t, accept)
	for _, to := range []string{
		"", "jenny", "@example.com", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com",
		"a@example.com\x00", "<a@example.com", strings.Repeat("a", 400) + "@example.com",
	} {
		m := sample()
		m.To = to
		_, err := client(s.URL).Send(t.Context(), m)
		if !errors.Is(err, event.ErrRejected) {
			t.Errorf("to %q: got %v, want ErrRejected", to, err)
		}
		if err != nil && strings.Contains(err.Error(), "example.com") {
			t.Errorf("the error quotes the address: %v", err)
		}
	}
	if n := s.requests.Load(); n != 0 {
		t.Errorf("SES got %d requests, want none", n)
	}
}

func TestTextBeyondASCIIArrivesAsItWasWritten(t *testing.T) {
	s := newSES(t, accept)
	m := sample()
	m.Subject, m.From, m.Reference = "Bücher für 500 ¥ 📚", "Bücherei <shop@example.com>", "Auftrag №7"
	if _, err := client(s.URL).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	in := sent(t, s)
	if got := in.Content.Simple.Subject.Data; got != m.Subject {
		t.Errorf("subject %q, want %q", got, m.Subject)
	}
	var d mime.WordDecoder
	for _, h := range in.Content.Simple.Headers {
		if got, _ := d.DecodeHeader(h.Value); h.Name == "X-Payhooks-Reference" && got != m.Reference {
			t.Errorf("reference reads back as %q, want %q", got, m.Reference)
		}
	}
	if got, _ := d.DecodeHeader(in.FromEmailAddress); !strings.Contains(got, "Bücherei") {
		t.Errorf("sender reads back as %q", got)
	}
}

func TestLongReferenceIsCutForSES(t *testing.T) {
	s := newSES(t, accept)
	m := sample()
	m.Reference = strings.Repeat("📚", 500)
	if _, err := client(s.URL).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for _, h := range sent(t, s).Content.Simple.Headers {
		if len(h.Name)+len(h.Value) > 996 {
			t.Errorf("header %s has %d characters", h.Name, len(h.Value))
		}
	}
}

func TestHeaderValuesAreASCIIWithinSESLimits(t *testing.T) {
	s := newSES(t, accept)
	rapid.Check(t, func(rt *rapid.T) {
		m := sample()
		m.Reference = rapid.String().Draw(rt, "reference")
		m.Key = rapid.String().Draw(rt, "key")
		m.Subject = rapid.String().Draw(rt, "subject")
		if _, err := client(s.URL).Send(t.Context(), m); err != nil {
			rt.Fatal(err)
		}
		for _, h := range sent(t, s).Content.Simple.Headers {
			if len(h.Name)+len(h.Value) > 996 || strings.ContainsFunc(h.Value, func(r rune) bool { return r < ' ' || r > '~' }) {
				rt.Fatalf("header %s: %q", h.Name, h.Value)
			}
		}
	})
}

type input struct {
	FromEmailAddress string
	Destination      struct{ ToAddresses []string }
	Content          struct {
		Simple struct {
			Subject struct{ Data, Charset string }
			Body    struct{ Text, HTML struct{ Data string } }
			Headers []struct{ Name, Value string }
		}
	}
}

// sent is what SES was asked to send last.
func sent(t *testing.T, s *ses) (in input) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.last.Load().(string)), &in); err != nil {
		t.Fatal(err)
	}
	return in
}
