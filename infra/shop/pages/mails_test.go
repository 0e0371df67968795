package pages_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/infra/shop/pages"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
	"github.com/payhooks/payhooks/internal/shop/mails"
	"github.com/payhooks/payhooks/internal/status"
)

const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"

// hostile is a mail that tries what it can.
const hostile = `<!doctype html><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">` +
	`<link rel="stylesheet" href="https://evil.example/a.css"><script>parent.document.title = "owned"</script>` +
	`<img src="https://evil.example/a.png" onerror="alert(1)"><iframe src="/events"></iframe><form action="/prefs" method="post"><button>x</button></form>` +
	`<a href="javascript:alert(1)">x</a><p hx-get="/ops" style="color:red">jenny.rosen@example.com paid with Visa ending in 4242, call +49 30 1234567</p>`

// box is a console over a mailbox, and a browser without script.
type box struct {
	*consoletest.Reader
	logs bytes.Buffer
}

func openBox(t *testing.T, mails []command.Mail, notices []command.Notice) *box {
	t.Helper()
	stack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		enc := json.NewEncoder(w)
		switch r.URL.Path {
		case "/_payhooks/mails":
			for _, m := range mails {
				_ = enc.Encode(m)
			}
		case "/_payhooks/notices":
			for _, n := range notices {
				_ = enc.Encode(n)
			}
		}
	}))
	t.Cleanup(stack.Close)
	b := &box{}
	d := operatortest.New(t, time.Now, 1)
	c := console.New(console.Config{
		Operator: d.Operator, Mode: console.Local, Pages: pages.New().Pages(), Target: &cli.Target{Stack: "memory", Local: &local.Running{AWS: stack.URL, Key: "k"}},
		Sources:    status.Sources{Store: d.Store, Ledger: d.Ledger, Quarantine: d.Quarantine, Bus: d.Bus, DeadLetters: d.DeadLetters, Now: time.Now},
		LocalStack: console.LocalStack{Post: func() (trigger.Poster, error) { return trigger.Poster{}, nil }}, Log: slog.New(slog.NewTextHandler(&b.logs, nil)),
	})
	b.Reader = consoletest.Open(t, c)
	return b
}

func idOf(t *testing.T, m any) string {
	t.Helper()
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return aws.Digest(raw)[:24]
}

var receipt = command.Mail{
	Kind: "receipt", To: "jenny.rosen@example.com", Subject: "Receipt <script>alert(1)</script> for jenny.rosen@example.com", Event: "evt_1", At: "2026-11-30T12:00:00Z",
	Text: "To +4930123456: Visa ending in 4242 of jenny.rosen@example.com", HTML: hostile,
}

func TestMailIsShownWithoutRights(t *testing.T) {
	b := openBox(t, []command.Mail{receipt}, nil)
	id := idOf(t, receipt)
	page := b.Page("/local/mails")
	frame := regexp.MustCompile(`<iframe ([^>]*)>`).FindAllString(page, -1)
	if len(frame) != 1 || !strings.Contains(frame[0], `<iframe sandbox title=`) || !strings.Contains(frame[0], `src="/local/mails/`+id+`/html"`) {
		t.Errorf("frames %q", frame)
	}
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "evil.example") {
		t.Error("something of the mail is in the page")
	}
	res, body := b.Ask(http.MethodGet, "/local/mails/"+id+"/html", nil, "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-origin")
	for name, want := range map[string]string{
		"Content-Security-Policy": mailPolicy, "Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if !strings.Contains(body, `<p hx-get="/ops" style="color:red">`) {
		t.Errorf("it is not as it was written:\n%s", body)
	}
	if res, body := b.Ask(http.MethodGet, "/local/mails/"+id+"/html", nil, "Sec-Fetch-Dest", "document"); res.StatusCode != http.StatusForbidden || strings.Contains(body, "evil.example") {
		t.Errorf("as a top-level page: %s", res.Status)
	}
	if policy := res.Header.Get("Content-Security-Policy"); strings.Contains(policy, "script") {
		t.Errorf("scripts: %s", policy)
	}
	for _, form := range []string{"text", "source"} {
		if page := b.Page("/local/mails/" + id + "?as=" + form); strings.Contains(page, "<script>alert") || strings.Contains(page, "<script>parent") || strings.Contains(page, "<base") {
			t.Errorf("%s is not escaped", form)
		}
	}
}

func TestMailIsMaskedUntilItIsAskedFor(t *testing.T) {
	other := receipt
	other.At = "2026-11-29T12:00:00Z"
	b := openBox(t, []command.Mail{receipt, other}, []command.Notice{{To: "+4930123456", Message: "Shop: jenny.rosen@example.com", At: "2026-11-28T12:00:00Z"}})
	id := idOf(t, receipt)
	private := []string{"jenny.rosen", "4242", "123456", "30123"}
	for _, path := range []string{"/local/mails", "/local/mails/" + id, "/local/mails/" + id + "?as=text", "/local/mails/" + id + "?as=source", "/local/mails/" + id + "/html", "/local/mails/" + id + "/html?whole=1"} {
		page := b.Page(path)
		for _, text := range private {
			if strings.Contains(strings.ReplaceAll(page, id, ""), text) {
				t.Errorf("%s has %s", path, text)
			}
		}
		if !strings.Contains(page, "j•••@example.com") {
			t.Errorf("%s does not say to whom", path)
		}
	}
	token := regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(b.Page("/help"))[1]
	if res, _ := b.Ask(http.MethodPost, "/local/mails/"+id, url.Values{}); res.StatusCode != http.StatusForbidden {
		t.Errorf("without a token: %s", res.Status)
	}
	_, page := b.Ask(http.MethodPost, "/local/mails/"+id+"?as=text", url.Values{"token": {token}})
	if !strings.Contains(page, "Visa ending in 4242 of jenny.rosen@example.com") || strings.Contains(page, "hx-sse:connect") || !strings.Contains(b.logs.String(), "personal data of a mail was shown") {
		t.Errorf("whole:\n%s\nlog: %s", page, b.logs.String())
	}
	_, page = b.Ask(http.MethodPost, "/local/mails/"+id, url.Values{"token": {token}})
	grant := regexp.MustCompile(`/html\?whole=([0-9a-f]+)"`).FindStringSubmatch(page)
	if grant == nil {
		t.Fatalf("the frame has no grant:\n%s", page)
	}
	if whole := b.Page("/local/mails/" + id + "/html?whole=" + grant[1]); !strings.Contains(whole, "jenny.rosen@example.com") {
		t.Error("the frame is masked")
	}
	if masked := b.Page("/local/mails/" + idOf(t, other) + "/html?whole=" + grant[1]); strings.Contains(masked, "jenny.rosen@example.com") {
		t.Error("the grant is of another mail, too")
	}
	b.Client.Jar, _ = cookiejar.New(nil)
	if masked := b.Page("/local/mails/" + id + "/html?whole=" + grant[1]); strings.Contains(masked, "jenny.rosen@example.com") {
		t.Error("the grant is of another session, too")
	}
}

func TestMailboxListsTheNewestFirst(t *testing.T) {
	b := openBox(t, []command.Mail{receipt}, []command.Notice{{Topic: "staff", Subject: "On hold", Message: "pi_1", At: "2026-11-30T13:00:00Z"}})
	page := b.Page("/local/mails")
	if notice, mail := strings.Index(page, "On hold"), strings.Index(page, "Receipt &lt;"); notice < 0 || mail < notice || strings.Contains(page, "<iframe") || !strings.Contains(page, `<pre class="mailtext"`) {
		t.Errorf("the notice is at %d, the mail at %d:\n%s", notice, mail, page)
	}
	for path, code := range map[string]int{"/local/mails/nothing": http.StatusNotFound, "/local/mails/nothing/html": http.StatusNotFound, "/local/mails?as=pdf": http.StatusBadRequest, "/local/mails?who=me": http.StatusBadRequest} {
		if res, _ := b.Ask(http.MethodGet, path, nil); res.StatusCode != code {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

func TestEmptyMailboxOffersAPayment(t *testing.T) {
	page := openBox(t, nil, nil).Page("/local/mails")
	for _, text := range []string{"No mails yet.", "Send payment", "payhooks trigger payment", `value="/local/mails"`} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not in\n%s", text, page)
		}
	}
}

func TestCardIsMaskedInEveryLanguage(t *testing.T) {
	for _, ending := range mails.CardEndings() {
		m := receipt
		m.Text, m.HTML = "Visa "+ending+"4242", "<p>Visa "+ending+"4242</p>"
		b := openBox(t, []command.Mail{m}, nil)
		id := idOf(t, m)
		_, page := b.Ask(http.MethodGet, "/local/mails/"+id+"/html", nil, "Sec-Fetch-Dest", "iframe")
		if text := b.Page("/local/mails/" + id + "?as=text"); strings.Contains(text+page, "4242") || !strings.Contains(page, "••••") {
			t.Errorf("%q is followed by the digits:\n%s", ending, page)
		}
	}
}
