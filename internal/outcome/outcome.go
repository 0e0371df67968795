// Package outcome is for clients whose requests must not be repeated on a guess:
// it decides whether a request that failed may have had its effect.
package outcome

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/payhooks/payhooks/internal/event"
)

// Outcome is what a failed request means for its effect.
type Outcome int

// Only Unknown leaves open whether the effect happened.
const (
	Unknown   Outcome = iota
	Throttled         // it did not happen; the service accepts no more for now
	Rejected          // it did not happen and never will as it is
	NotSent           // it did not happen; the service was not reached, or could not authenticate the request
	Denied            // it did not happen; the credentials lack the permission
)

// sessions is of how many services the last TLS session is kept.
const sessions = 16

// HTTP is a client that opens a connection for every request: one that the peer
// closed while the function was frozen would look the same as a lost reply. It resumes TLS
// sessions: a service that forgot one makes a new one before anything is sent.
func HTTP() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.DisableKeepAlives = true
		t.TLSClientConfig.ClientSessionCache = tls.NewLRUClientSessionCache(sessions)
	})
}

// Doer makes one request.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Watch returns a context for one request. connected reports whether the request ever had a
// connection to be written to.
func Watch(ctx context.Context) (_ context.Context, connected func() bool) {
	var had atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { had.Store(true) }}
	return httptrace.WithClientTrace(ctx, trace), had.Load
}

// codes are those of AWS that do not reject the request itself.
var codes = map[string]Outcome{
	"Throttled":                   Throttled,
	"Throttling":                  Throttled,
	"ThrottlingException":         Throttled,
	"TooManyRequestsException":    Throttled,
	"LimitExceededException":      Throttled,
	"SendingPausedException":      Throttled,
	"KMSThrottling":               Throttled,
	"RequestLimitExceeded":        Throttled,
	"SlowDown":                    Throttled,
	"ExpiredToken":                NotSent,
	"ExpiredTokenException":       NotSent,
	"RequestExpired":              NotSent,
	"RequestTimeTooSkewed":        NotSent,
	"SignatureDoesNotMatch":       NotSent,
	"InvalidSignatureException":   NotSent,
	"UnrecognizedClientException": NotSent,
	"InvalidClientTokenId":        NotSent,
	"AccessDenied":                Denied,
	"AccessDeniedException":       Denied,
	"UnauthorizedOperation":       Denied,
	"AuthorizationError":          Denied,
	"KMSAccessDenied":             Denied,
}

// Failure is a failed request: its outcome, the service's code if it gave one,
// and what happened in words that hold nothing of the request.
type Failure struct {
	Outcome Outcome
	Code    string
	Text    string
}

// Err returns the error of package event that the failure of sending what ("mail")
// stands for; an error that is none of them leaves the outcome unknown. advice is
// what an operator can do about a rejection or a refusal, by the service's code.
func (f Failure) Err(what string, advice map[string]string) error {
	switch f.Outcome {
	case Throttled:
		return fmt.Errorf("%s %w: %s", what, event.ErrThrottled, f.Text)
	case NotSent:
		return fmt.Errorf("%s %w: %s", what, event.ErrNotSent, f.Text)
	case Denied:
		return fmt.Errorf("%s %w: %s%s; IAM takes a while to apply a change, and the delivery retries on its schedule",
			what, event.ErrDenied, f.Text, cmp.Or(advice[f.Code], ": the function's role lacks the permission"))
	case Rejected:
		return fmt.Errorf("%s %w: %s%s", what, event.ErrRejected, f.Text, advice[f.Code])
	default:
		return fmt.Errorf("the %s may have gone out: %s", what, f.Text)
	}
}

// Of reads an error of a call of AWS, whose context was watched.
func Of(service string, err error, connected bool) Failure {
	f := Failure{}
	var api smithy.APIError
	if errors.As(err, &api) {
		f.Code = api.ErrorCode()
	}
	var answer *smithyhttp.ResponseError
	switch {
	case !connected:
		f.Outcome, f.Text = NotSent, fmt.Sprintf("%s was not reached: %s", service, cause(err))
		return f
	case !errors.As(err, &answer), answer.HTTPStatusCode() == 0: // the SDK wraps an absent answer, too
		f.Text = fmt.Sprintf("no answer from %s: %s", service, cause(err))
		return f
	}
	return Answered(service, answer.HTTPStatusCode(), f.Code)
}

// Answered judges an answer that does not say that all is well.
func Answered(service string, status int, code string) Failure {
	f := Failure{Code: code, Text: fmt.Sprintf("%s answered %d", service, status)}
	if code != "" {
		f.Text += " " + code
	}
	switch {
	case status >= 500 || status < 400:
		f.Outcome = Unknown
	case codes[code] != 0:
		f.Outcome = codes[code]
	case status == http.StatusTooManyRequests:
		f.Outcome = Throttled
	default:
		f.Outcome = Rejected
	}
	return f
}

// Failed judges an error of a plain HTTP request.
func Failed(service string, err error, connected bool) Failure {
	if connected {
		return Failure{Text: fmt.Sprintf("no answer from %s: %s", service, cause(err))}
	}
	return Failure{Outcome: NotSent, Text: fmt.Sprintf("%s was not reached: %s", service, cause(err))}
}

// cause is the innermost error's text. Those of the network name hosts and
// system calls, never what was asked; the ones around them hold the address.
func cause(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "it took too long"
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
