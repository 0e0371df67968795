package mail_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/mail"
)

// ses answers SendEmail over the wire and counts every request that arrives.
type ses struct {
	*httptest.Server
	requests atomic.Int32
	last     atomic.Value // string, the last body
}

func newSES(t *testing.T, answer func(w http.ResponseWriter)) *ses {
	t.Helper()
	s := &ses{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.last.Store(string(body))
		s.requests.Add(1)
		answer(w)
	}))
	t.Cleanup(s.Close)
	return s
}

func client(url string) *mail.Client {
	return mail.New(aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		}),
	}, time.Now)
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"MessageId":"m-1"}`)
}

func refuse(status int, code string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("X-Amzn-ErrorType", code)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"message":"Email address is not verified: jenny@example.com"}`)
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

func sample() mail.Mail {
	return mail.Mail{
		To: "jenny@example.com", From: "shop@example.com", Subject: "Your receipt",
		Text: "Thank you", HTML: "<p>Thank you</p>",
		Kind: "receipt", Event: "evt_1", Key: "receipt/pi_1", Reference: "ORDER-1",
	}
}

func TestAnAcceptedMailCarriesItsEventAndKeyInHeaders(t *testing.T) {
	s := newSES(t, accept)
	id, err := client(s.URL).Send(t.Context(), sample())
	if err != nil || id != "m-1" {
		t.Fatalf("Send: id %q, error %v", id, err)
	}
	in := sent(t, s)
	got := fmt.Sprint(in)
	want := "{<shop@example.com> {[jenny@example.com]} {{{Your receipt UTF-8} {{Thank you} {<p>Thank you</p>}} " +
		"[{X-Payhooks-Kind receipt} {X-Payhooks-Event evt_1} {X-Payhooks-Key receipt/pi_1} {X-Payhooks-Reference ORDER-1}]}}}"
	if got != want {
		t.Errorf("SES got\n%s\nwant\n%s", got, want)
	}
}

func TestMailWithLostReplyIsUnknownAndRequestedOnce(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"connection reset after the request": reset,
		"500 after the request":              refuse(500, "InternalServiceErrorException"),
		"503 after the request":              refuse(503, "ServiceUnavailable"),
		"an answer cut short": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"Mess`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSES(t, answer)
			c := client(s.URL)
			_, err := c.Send(t.Context(), sample())
			if n := s.requests.Load(); n != 1 {
				t.Errorf("SES got %d requests, want exactly 1", n)
			}
			if err == nil || errors.Is(err, event.ErrNotSent) || errors.Is(err, event.ErrRejected) || errors.Is(err, event.ErrThrottled) {
				t.Errorf("the outcome is unknown, but the error promises one: %v", err)
			}
		})
	}
}

func TestAnAnswerAfterTheDeadlineIsUnknown(t *testing.T) {
	hold := make(chan struct{})
	s := newSES(t, func(http.ResponseWriter) { <-hold })
	defer close(hold)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := client(s.URL).Send(ctx, sample())
	if err == nil || errors.Is(err, event.ErrNotSent) {
		t.Errorf("the request was written, but the error says %v", err)
	}
	if n := s.requests.Load(); n != 1 {
		t.Errorf("SES got %d requests, want exactly 1", n)
	}
}

func TestAReusedConnectionThatThePeerClosedNeverLooksLikeALostReply(t *testing.T) {
	s := newSES(t, accept)
	c := client(s.URL)
	for range 3 {
		if _, err := c.Send(t.Context(), sample()); err != nil {
			t.Fatal(err)
		}
		s.CloseClientConnections()
	}
	if n := s.requests.Load(); n != 3 {
		t.Errorf("SES got %d requests, want 3", n)
	}
}

func TestWhatSESRefusesDidNotHappen(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   error
	}{
		{429, "TooManyRequestsException", event.ErrThrottled},
		{400, "LimitExceededException", event.ErrThrottled},
		{400, "ThrottlingException", event.ErrThrottled},
		{429, "SomethingNew", event.ErrThrottled},
		{400, "SendingPausedException", event.ErrThrottled},
		{400, "MessageRejected", event.ErrRejected},
		{400, "MailFromDomainNotVerifiedException", event.ErrRejected},
		{400, "AccountSuspendedException", event.ErrRejected},
		{400, "BadRequestException", event.ErrRejected},
		{404, "NotFoundException", event.ErrRejected},
		{403, "AccessDeniedException", event.ErrDenied},
		{403, "ExpiredTokenException", event.ErrNotSent},
		{403, "InvalidSignatureException", event.ErrNotSent},
	} {
		t.Run(fmt.Sprint(c.status, " ", c.code), func(t *testing.T) {
			s := newSES(t, refuse(c.status, c.code))
			_, err := client(s.URL).Send(t.Context(), sample())
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "jenny") {
				t.Errorf("the error quotes an address: %v", err)
			}
			if n := s.requests.Load(); n != 1 {
				t.Errorf("SES got %d requests, want exactly 1", n)
			}
		})
	}
}

func TestAMailThatNeverReachedSESIsNotSent(t *testing.T) {
	t.Run("nothing listens", func(t *testing.T) {
		s := newSES(t, accept)
		url := s.URL
		s.Close()
		if _, err := client(url).Send(t.Context(), sample()); !errors.Is(err, event.ErrNotSent) {
			t.Errorf("got %v, want ErrNotSent", err)
		}
	})
	t.Run("no credentials", func(t *testing.T) {
		s := newSES(t, accept)
		c := mail.New(aws.Config{Region: "us-east-1", BaseEndpoint: &s.URL, Credentials: aws.CredentialsProviderFunc(
			func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("expired") })}, time.Now)
		if _, err := c.Send(t.Context(), sample()); !errors.Is(err, event.ErrNotSent) {
			t.Errorf("got %v, want ErrNotSent", err)
		}
		if n := s.requests.Load(); n != 0 {
			t.Errorf("SES got %d requests, want none", n)
		}
	})
}

func TestMailWithAConfigurationSetIsReportedWithStackAndAction(t *testing.T) {
	s := newSES(t, accept)
	m := sample()
	m.Via = mail.Via{Set: "shop", Stack: "payhooks", Action: "send-receipt"}
	if _, err := client(s.URL).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	body, _ := s.last.Load().(string)
	for _, want := range []string{`"ConfigurationSetName":"shop"`, `{"Name":"payhooks-stack","Value":"payhooks"}`, `{"Name":"payhooks-action","Value":"send-receipt"}`, `{"Name":"payhooks-event","Value":"evt_1"}`, `{"Name":"payhooks-key","Value":"` + mail.EncodeKey("receipt/pi_1") + `"}`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in\n%s", want, body)
		}
	}
}

func TestWayOutIsInTheHeaders(t *testing.T) {
	for link, want := range map[string]string{
		"":                                   "",
		"mailto:leave@example.com":           `{"Name":"List-Unsubscribe","Value":"<mailto:leave@example.com>"}`,
		"https://example.com/?c=cus_1":       `{"Name":"List-Unsubscribe","Value":"<https://example.com/?c=cus_1>"},{"Name":"List-Unsubscribe-Post","Value":"List-Unsubscribe=One-Click"}`,
		"http://example.com/":                "",
		"https://example.com/>\r\nBcc: a@b":  "",
		"https://example.com/>,<mailto:a@b>": "",
		"https://example.com/" + strings.Repeat("x", 1000): "",
	} {
		s := newSES(t, accept)
		m := sample()
		m.Unsubscribe = link
		if _, err := client(s.URL).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		body, _ := s.last.Load().(string)
		if want != "" && !strings.Contains(body, want) || want == "" && strings.Contains(body, "List-Unsubscribe") {
			t.Errorf("%s: want %q in\n%s", link, want, body)
		}
	}
}
