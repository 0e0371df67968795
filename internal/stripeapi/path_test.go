package stripeapi_test

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
)

// hostile are paths of an object that must not be requested.
var hostile = map[string]string{
	"nothing": "", "the root": "/", "the version alone": "/v1/", "no version": "/v3/charges/ch_1", "a prefix of one": "/v1charges/ch_1",
	"relative": "v1/charges/ch_1", "another host": "https://evil.example/v1/charges/ch_1", "without a scheme": "//evil.example/v1/charges/ch_1",
	"behind the base": "@evil.example/v1/charges/ch_1", "a port": ":80/v1/charges/ch_1", "a suffix of the host": ".evil.example/v1/charges/ch_1",
	"up": "/v1/../x", "up, at the end": "/v1/charges/..", "here": "/v1/./x", "up, encoded": "/v1/%2e%2e/x", "up, half encoded": "/v1/.%2E/x",
	"up, encoded twice": "/v1/%252e%252e/x", "here, encoded twice": "/v1/%252e/x", "up, three times": "/v1/%25252e%25252e/x",
	"a slash, encoded": "/v1/charges%2fx", "encoded twice": "/v1/charges%252Fx", "a backslash": `/v1/charges\..\x`, "a backslash, encoded": "/v1/charges%5c..%5cx",
	"overlong dots and slash": "/v1/%c0%ae%c0%af/x", "empty segments": "/v1//evil.example/x", "a slash at the end": "/v1/charges/",
	"a line": "/v1/charges/ch_1\r\nHost: evil.example", "a line, encoded": "/v1/charges/ch_1%0d%0a", "NUL": "/v1/charges/\x00", "NUL, encoded": "/v1/charges/%00",
	"a space": "/v1/charges/ch 1", "a tab": "/v1/charges/ch_1\t", "DEL": "/v1/charges/\x7f", "a fragment": "/v1/charges/ch_1#x", "in the query": "/v1/charges/ch_1?a#x",
	"user info": "//user@/v1/charges/ch_1", "letters that are not ASCII": "/v1/charges/ché", "broken encoding": "/v1/charges/%zz", "a quote": `/v1/charges/"x"`,
	"10 KB": "/v1/charges/" + strings.Repeat("a", 10<<10), "one byte too long": "/v1/charges/" + strings.Repeat("a", 2049-len("/v1/charges/")),
	"both versions": "/v1//v2/x", "a space in the query": "/v1/charges/ch_1?a= b", "a backslash in the query": `/v1/charges/ch_1?a=\`,
}

func TestHostilePathsAreNotRequested(t *testing.T) {
	w := listen(t, says(200, `{}`))
	for name, p := range hostile {
		_, err := w.Object(t.Context(), false, "", p, "")
		if !errors.Is(err, event.ErrInvalid) || !parks(err) || len(err.Error()) > 500 {
			t.Errorf("%s: %v, want ErrInvalid that parks", name, err)
		}
		if asked := w.requests(); len(asked) > 0 {
			t.Errorf("%s: requested %s", name, asked[0].target)
		}
	}
}

func TestUsablePathsAreRequestedAsTheyAre(t *testing.T) {
	w := listen(t, says(200, `{"a": 1}`))
	for _, p := range []string{
		"/v1/charges/ch_1", "/v1/balance", "/v2/core/accounts/acct_1?include[0]=identity&include=x%2F..%2Fy", "/v1/coupons/25%25OFF", "/v1/coupons/a%20b",
		"/v1/accounts/acct_1/persons/person_1", "/v1/charges/ch_1?", "/v1/coupons/..a...", "/v1/charges/" + strings.Repeat("a", 2048-len("/v1/charges/")),
	} {
		body, err := w.Object(t.Context(), false, "", p, "")
		if asked := w.requests(); err != nil || string(body) != `{"a": 1}` || len(asked) != 1 || asked[0].target != strings.TrimSuffix(p, "?") && asked[0].target != p {
			t.Errorf("%s: %s, %v, requested %v", p, body, err, asked)
		}
	}
}

func TestHostileIDsAndHeadersAreNotRequested(t *testing.T) {
	w := listen(t, says(200, `{}`))
	for _, id := range []string{"", "..", "evt_1/..", "evt_1?x", "evt_1%2f", "evt 1", "evt_1\n", "evt_é", strings.Repeat("e", 256)} {
		_, thin := w.ThinEvent(t.Context(), false, "", id)
		_, snapshot := w.Snapshot(t.Context(), false, "", id)
		if !errors.Is(thin, event.ErrInvalid) || !errors.Is(snapshot, event.ErrInvalid) {
			t.Errorf("%q: %v and %v, want ErrInvalid", id, thin, snapshot)
		}
	}
	for _, context := range []string{"acct_1\r\nX: y", "acct 1", "acct_é", strings.Repeat("a", 1025)} {
		if _, err := w.ThinEvent(t.Context(), false, context, "evt_1"); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("context %q: %v, want ErrInvalid", context, err)
		}
	}
	if asked := w.requests(); len(asked) > 0 {
		t.Errorf("requested %v", asked)
	}
}

func TestNoPathLeadsElsewhere(t *testing.T) {
	w := listen(t, says(200, `{}`))
	pieces := rapid.SampledFrom([]string{
		"/", "/v1/", "/v2/", "..", ".", "%2e", "%252e", "%2f", "%5c", `\`, "//", "evil.example", "@", ":", "?", "#", "%", "25", "ch_1", "charges", "é", "\n", "https:", ";", "%00", " ",
	})
	usual := rapid.SampledFrom([]string{"charges", "/ch_1", "a", "%41", "%2541", "..a", "?a=b"})
	requested, lives := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		p := rapid.SampledFrom([]string{"/v1/", "/v2/", "/v1/charges/", ""}).Draw(r, "prefix") + strings.Join(rapid.SliceOfN(usual, 1, 4).Draw(r, "usual"), "")
		switch rapid.IntRange(0, 3).Draw(r, "kind") {
		case 1:
			p += strings.Join(rapid.SliceOfN(pieces, 1, 6).Draw(r, "pieces"), "")
		case 2:
			p = strings.Join(rapid.SliceOfN(pieces, 0, 8).Draw(r, "pieces"), "") + p
		case 3:
			p += rapid.String().Draw(r, "text")
		}
		_, err := w.Object(t.Context(), false, "", p, "")
		asked := w.requests()
		if (err == nil) != (len(asked) == 1) {
			r.Fatalf("%q: %v after %d requests", p, err, len(asked))
		}
		if len(asked) == 1 && (asked[0].method != http.MethodGet || !below(asked[0].target)) {
			r.Fatalf("%q: requested %s", p, asked[0].target)
		}
		requested, lives = requested+len(asked), lives+1
	})
	if t.Logf("%d lives, %d paths were requested", lives, requested); requested == 0 {
		t.Fatal("no path was requested")
	}
}

// below reports whether a server finds the target below /v1/ or /v2/, however
// often it decodes it.
func below(target string) bool {
	way, _, _ := strings.Cut(target, "?")
	for range 4 {
		clean := path.Clean(strings.ReplaceAll(way, `\`, "/"))
		if !strings.HasPrefix(clean, "/v1/") && !strings.HasPrefix(clean, "/v2/") || strings.Contains(way, "//") {
			return false
		}
		decoded, err := url.PathUnescape(way)
		if err != nil {
			return true
		}
		way = decoded
	}
	return true
}
