package sms

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/event"
)

// peer answers every request the same way and remembers them.
type peer struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
}

func newPeer(t *testing.T, answer func(http.ResponseWriter)) *peer {
	t.Helper()
	p := &peer{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.bodies = append(p.bodies, string(body))
		p.mu.Unlock()
		answer(w)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *peer) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bodies
}

func (p *peer) client() *Client {
	return New(aws.Config{
		Region: "us-east-1", BaseEndpoint: &p.URL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		}),
	}, time.Now)
}

func refusal(status int, code string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `<ErrorResponse><Error><Type>Sender</Type><Code>`+code+`</Code><Message>`+sample.To+` is not valid</Message></Error></ErrorResponse>`)
	}
}

// reset cuts the connection without an answer, as a dying host would.
func reset(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

var sample = Text{To: "+15550100123", Body: "Acme: thank you."}

func TestATextGoesToItsNumberAsATransaction(t *testing.T) {
	p := newPeer(t, func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, `<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>`)
	})
	id, err := p.client().Send(t.Context(), sample)
	if err != nil || id != "m-1" {
		t.Fatal(id, err)
	}
	form, err := url.ParseQuery(p.got()[0])
	if err != nil {
		t.Fatal(err)
	}
	if form.Get("PhoneNumber") != sample.To || form.Get("Message") != sample.Body || form.Get("TopicArn") != "" ||
		form.Get("MessageAttributes.entry.1.Value.StringValue") != "Transactional" {
		t.Errorf("published %v", form)
	}
}

func TestSMSIsRequestedOnceAndErrorsHideNumber(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		want   error // nil is unknown
	}{
		"the reply is lost": {reset, nil},
		"500":               {refusal(500, "InternalError"), nil},
		"throttled":         {refusal(429, "Throttled"), event.ErrThrottled},
		"no such number":    {refusal(400, "InvalidParameter"), errSkip},
		"opted out":         {refusal(400, "OptedOut"), errSkip},
		"forbidden":         {refusal(403, "AuthorizationError"), event.ErrDenied},
		"expired":           {refusal(403, "ExpiredToken"), event.ErrNotSent},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, c.answer)
			_, err := p.client().Send(t.Context(), sample)
			judge(t, err, c.want)
			if n := len(p.got()); n != 1 {
				t.Errorf("SNS got %d requests, want 1", n)
			}
		})
	}
	p := newPeer(t, reset)
	p.Close()
	_, err := p.client().Send(t.Context(), sample)
	judge(t, err, event.ErrNotSent)
}

// errSkip stands for any Skip.
var errSkip = event.Skip("")

func judge(t *testing.T, err, want error) {
	t.Helper()
	certain := event.Skipped(err)
	for _, e := range []error{event.ErrThrottled, event.ErrDenied, event.ErrRejected, event.ErrNotSent} {
		certain = certain || errors.Is(err, e)
	}
	matches := errors.Is(err, want) || event.Skipped(err) && event.Skipped(want)
	if err == nil || want == nil && certain || want != nil && !matches {
		t.Errorf("got %v, want %v (nil is an unknown outcome)", err, want)
	}
	if err != nil && strings.Contains(err.Error(), "555") {
		t.Errorf("the error contains the number: %v", err)
	}
}

func TestWhatIsNoNumberIsNotAskedFor(t *testing.T) {
	p := newPeer(t, reset)
	_, err := p.client().Send(t.Context(), Text{To: "555-0100", Body: "x"})
	judge(t, err, errSkip)
	if len(p.got()) > 0 {
		t.Error("SNS was asked")
	}
}

func TestOnlyNumbersWithTheirCountryAreNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"+15550100123":            "+15550100123",
		" +1 (555) 010-0123 ":     "+15550100123",
		"+49.30/1234567":          "+49301234567",
		"+44\u00a020 7946 0000":   "+442079460000",
		"":                        "",
		"555 0100":                "",
		"0015550100123":           "",
		"+05550100123":            "",
		"+12345":                  "",
		"+1234567890123456":       "",
		"+1555010012x":            "",
		"+15550100123\n":          "+15550100123",
		"+1555010\n0123":          "",
		"+15550100123,+155501001": "",
		"+१५५५०१००१२३":            "",
	} {
		if got, err := ParseNumber(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
}
