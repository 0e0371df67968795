package webhook_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/webhook"
)

// What became of a body.
const (
	accepted = "accepted by both"
	refused  = "refused by both"
	unusable = "JSON that both say is no usable event"
)

// TestParseAgreesWithEncodingJSON tries many bodies on Parse and on encoding/json. BODIES
// is how many, SEED is of the first: with both, another run tries the same. A body that
// they disagree on is kept for FuzzParse.
func TestParseAgreesWithEncodingJSON(t *testing.T) {
	n, seed := setting(t, "BODIES", 20_000), setting(t, "SEED", 1)
	m, seen, begin := newBodies(t, seed), map[string]uint64{}, time.Now()
	report := func(i uint64) {
		t.Logf("%d bodies in %.0f s, seed %d: %v", i, time.Since(begin).Seconds(), seed, seen)
	}
	for i := range n {
		body := m.next()
		verdict, problem := compare(body)
		if problem != "" {
			t.Errorf("body %d of seed %d, kept as %s: %s\n%q", i, seed, keepSeed(t, body), problem, body)
		}
		if seen[verdict]++; i%64 == 0 {
			agrees(t, handOver(body))
			m.b = append(m.b[:0], handedOver...)
			m.change()
			agrees(t, string(m.b))
		}
		if i > 0 && i%1_000_000 == 0 {
			report(i)
		}
		if t.Failed() {
			break
		}
	}
	report(n)
	for _, verdict := range []string{accepted, refused, unusable, string(webhook.InvalidUTF8), string(webhook.AmbiguousKey)} {
		if seen[verdict] < n/100 {
			t.Errorf("only %d of %d bodies are %s: the bodies try too little", seen[verdict], n, verdict)
		}
	}
}

func setting(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// compare returns what both say of a body, and what is wrong if they do not say the same.
func compare(body []byte) (verdict, problem string) {
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	f, reason := webhook.Parse(body)
	broken := reason == webhook.InvalidUTF8 || reason == webhook.NotJSON || reason == webhook.TooDeep
	if !json.Valid(body) {
		if !broken {
			problem = fmt.Sprintf("encoding/json refuses it, Parse says %q", reason)
		}
		return refused, problem
	}
	n := tree(body)
	for _, rule := range stricter {
		if rule.of(body, n) {
			if reason != rule.reason || f != (event.Facts{}) {
				problem = fmt.Sprintf("Parse says %q, want %q (%s): %+v", reason, rule.reason, rule.why, f)
			}
			return string(rule.reason), problem
		}
	}
	if broken || reason == webhook.AmbiguousKey {
		return "", fmt.Sprintf("encoding/json takes it, Parse says %q", reason)
	}
	want, ok := expected(n)
	if ok != (reason == "") {
		return "", fmt.Sprintf("usable by encoding/json: %v, Parse says %q", ok, reason)
	}
	if !ok {
		return unusable, ""
	}
	return accepted, compareFacts(body, f, want)
}

func compareFacts(body []byte, f, want event.Facts) (problem string) {
	if want.SentAs != "" {
		want.Type = facts.SnapshotType(want.SentAs)
		if thin, reason := webhook.ReadThin(body); reason != "" || thin.Type != want.SentAs {
			return fmt.Sprintf("read as %+v, %s", thin, reason)
		}
	}
	want.Subject = f.Subject
	return cmp.Diff(want, f)
}

// handOver is a body as API Gateway hands it over.
func handOver(body []byte) string {
	text, err := json.Marshal(string(body))
	if err != nil {
		return err.Error()
	}
	return `{"headers":{"stripe-signature":"t=1"},"body":` + string(text) + `,"isBase64Encoded":false}`
}

// keepSeed writes a body where FuzzParse and every `go test` try it again.
func keepSeed(t *testing.T, body []byte) string {
	t.Helper()
	file := filepath.Join("testdata", "fuzz", "FuzzParse", fmt.Sprintf("%x", sha256.Sum256(body))[:16])
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", body), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
