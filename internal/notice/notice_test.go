package notice

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
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

func (p *peer) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bodies
}

func newPeer(t *testing.T, serve func(http.Handler) *httptest.Server, answer func(http.ResponseWriter)) *peer {
	t.Helper()
	p := &peer{}
	p.Server = serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.bodies = append(p.bodies, string(body))
		p.mu.Unlock()
		answer(w)
	}))
	t.Cleanup(p.Close)
	return p
}

func status(code int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(code); _, _ = io.WriteString(w, body) }
}

// reset cuts the connection without an answer, as a dying host would.
func reset(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func snsError(code int, name string) func(http.ResponseWriter) {
	return status(code, `<ErrorResponse><Error><Type>Sender</Type><Code>`+name+`</Code><Message>no</Message></Error></ErrorResponse>`)
}

func topic(at string) *Topic {
	return NewTopic(aws.Config{
		Region: "us-east-1", BaseEndpoint: &at,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		}),
	}, "arn:aws:sns:us-east-1:000000000000:notices", time.Now)
}

var sample = Notice{Subject: "On hold: dispute\nof pi_1 – now", Text: "Order pi_1 <is> on hold."}

func TestANoticeIsPublishedWithASubjectThatSNSTakes(t *testing.T) {
	p := newPeer(t, httptest.NewServer, status(200, `<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`))
	long := Notice{Subject: strings.Repeat("x", 300), Text: "x"}
	for _, n := range []Notice{sample, long} {
		if err := topic(p.URL).Send(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	form, err := url.ParseQuery(p.got()[0])
	if err != nil {
		t.Fatal(err)
	}
	if form.Get("TopicArn") != "arn:aws:sns:us-east-1:000000000000:notices" || form.Get("Subject") != "On hold: dispute of pi_1   now" || form.Get("Message") != sample.Text {
		t.Errorf("published %v", form)
	}
	if form, _ = url.ParseQuery(p.got()[1]); len(form.Get("Subject")) >= maxSubject {
		t.Errorf("the subject has %d characters, SNS takes fewer than %d", len(form.Get("Subject")), maxSubject)
	}
}

func TestANoticeIsRequestedOnceWhateverComesOfIt(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		want   error // nil is unknown
	}{
		"reset":     {reset, nil},
		"500":       {snsError(500, "InternalError"), nil},
		"throttled": {snsError(429, "Throttled"), event.ErrThrottled},
		"forbidden": {snsError(403, "AuthorizationError"), event.ErrDenied},
		"gone":      {snsError(404, "NotFound"), event.ErrRejected},
		"expired":   {snsError(403, "ExpiredToken"), event.ErrNotSent},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, httptest.NewServer, c.answer)
			judge(t, topic(p.URL).Send(t.Context(), sample), c.want)
			if len(p.got()) != 1 {
				t.Errorf("SNS got %d requests, want 1", len(p.got()))
			}
		})
	}
}

func judge(t *testing.T, err, want error) {
	t.Helper()
	certain := errors.Is(err, event.ErrThrottled) || errors.Is(err, event.ErrRejected) || errors.Is(err, event.ErrDenied) || errors.Is(err, event.ErrNotSent)
	if err == nil || want == nil && certain || want != nil && !errors.Is(err, want) {
		t.Errorf("got %v, want %v (nil is an unknown outcome)", err, want)
	}
}

func TestATopicThatWasNotReachedGotNothing(t *testing.T) {
	p := newPeer(t, httptest.NewServer, reset)
	p.Close()
	judge(t, topic(p.URL).Send(t.Context(), sample), event.ErrNotSent)
}

// slack is a client of the peer that believes its certificate.
func slack(p *peer, webhook func() (string, error)) *Slack {
	return &Slack{http: p.Client(), Webhook: func(context.Context) (string, error) { return webhook() }}
}

const path = "/services/T0/B0/secret"

func TestSlackGetsTheTextAsItWantsIt(t *testing.T) {
	p := newPeer(t, httptest.NewTLSServer, status(200, "ok"))
	s := slack(p, func() (string, error) { return p.URL + path + "\n", nil })
	if ok, err := s.Configured(t.Context()); !ok || err != nil {
		t.Fatalf("configured: %t, %v", ok, err)
	}
	if err := s.Send(t.Context(), Notice{Subject: "On hold", Text: "a <b> & c"}); err != nil {
		t.Fatal(err)
	}
	want := `{"text":"*On hold*\na \u0026lt;b\u0026gt; \u0026amp; c"}`
	if len(p.got()) != 1 || p.got()[0] != want {
		t.Errorf("posted %q, want %q", p.got(), want)
	}
}

func TestASlackPostIsRequestedOnceAndItsErrorsKeepTheSecret(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		want   error
	}{
		"reset":     {reset, nil},
		"500":       {status(500, ""), nil},
		"throttled": {status(429, ""), event.ErrThrottled},
		"revoked":   {status(404, "no_service"), event.ErrRejected},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, httptest.NewTLSServer, c.answer)
			err := slack(p, func() (string, error) { return p.URL + path, nil }).Send(t.Context(), sample)
			judge(t, err, c.want)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error contains the webhook: %v", err)
			}
			if len(p.got()) != 1 {
				t.Errorf("Slack got %d requests, want 1", len(p.got()))
			}
		})
	}
	p := newPeer(t, httptest.NewTLSServer, reset)
	p.Close()
	err := slack(p, func() (string, error) { return p.URL + path, nil }).Send(t.Context(), sample)
	judge(t, err, event.ErrNotSent)
	if strings.Contains(err.Error(), path) {
		t.Errorf("the error contains the webhook: %v", err)
	}
}

func TestWithoutAWebhookSlackIsNotConfigured(t *testing.T) {
	for _, none := range []error{nil, fmt.Errorf("secret x is %w", event.ErrNotConfigured)} {
		s := &Slack{Webhook: func(context.Context) (string, error) { return "", none }}
		if ok, err := s.Configured(t.Context()); ok || err != nil {
			t.Errorf("configured: %t, %v", ok, err)
		}
		if err := s.Send(t.Context(), sample); !errors.Is(err, event.ErrNotConfigured) {
			t.Errorf("send: %v", err)
		}
	}
	s := &Slack{Webhook: func(context.Context) (string, error) { return "", errors.New("outage") }}
	if ok, err := s.Configured(t.Context()); ok || err == nil {
		t.Errorf("a secret that cannot be read: %t, %v", ok, err)
	}
}

func TestAWebhookThatIsNoneIsSaidWithoutItsValue(t *testing.T) {
	for _, value := range []string{"hooks.example.com/secret", "http://hooks.example.com/secret", "https:///secret", "https://\x7f/secret"} {
		s := &Slack{Webhook: func(context.Context) (string, error) { return value, nil }}
		if ok, err := s.Configured(t.Context()); ok || err == nil || strings.Contains(err.Error(), "/secret") {
			t.Errorf("%q: %t, %v", value, ok, err)
		}
	}
}
