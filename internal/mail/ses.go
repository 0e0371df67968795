package mail

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// patience is how long one request may take. SES answers within a second; a
// reply later than this counts as lost.
const patience = 10 * time.Second

// Client sends through SES. Safe for concurrent use.
type Client struct {
	ses  *sesv2.Client
	http sesv2.HTTPClient
}

// New returns a Client that never repeats a request: the SDK's retries are
// off, because a mail whose reply was lost may have gone out. Every request
// opens its own connection: one that the peer closed while the function was
// frozen would look the same as a lost reply.
func New(cfg aws.Config) *Client {
	once := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.DisableKeepAlives = true
	})
	return &Client{http: once, ses: sesv2.NewFromConfig(cfg, func(o *sesv2.Options) {
		o.Retryer = aws.NopRetryer{}
	})}
}

// Send hands m to SES with a single request and returns SES's message id. See
// ErrThrottled, ErrRejected and ErrNotSent for what an error means.
func (c *Client) Send(ctx context.Context, m Mail) (string, error) {
	in, err := m.input()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := &probe{next: c.http}
	out, err := c.ses.SendEmail(ctx, in, func(o *sesv2.Options) { o.HTTPClient = p })
	if err != nil {
		return "", verdict(err, p.connected.Load())
	}
	return aws.ToString(out.MessageId), nil
}

// input is m as SES wants it.
func (m Mail) input() (*sesv2.SendEmailInput, error) {
	to, from, err := m.addresses()
	if err != nil {
		return nil, err
	}
	msg := &types.Message{
		Subject: content(line(m.Subject, maxSubject)),
		Body:    &types.Body{Text: content(m.Text)},
	}
	if m.HTML != "" {
		msg.Body.Html = content(m.HTML)
	}
	names, values := m.headers()
	for i := range names {
		msg.Headers = append(msg.Headers, types.MessageHeader{Name: &names[i], Value: &values[i]})
	}
	return &sesv2.SendEmailInput{
		FromEmailAddress: &from,
		Destination:      &types.Destination{ToAddresses: []string{to}},
		Content:          &types.EmailContent{Simple: msg},
	}, nil
}

func content(s string) *types.Content {
	return &types.Content{Data: &s, Charset: aws.String("UTF-8")}
}

// probe notices whether a request ever had a connection to be written to.
type probe struct {
	next      sesv2.HTTPClient
	connected atomic.Bool
}

func (p *probe) Do(r *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { p.connected.Store(true) }}
	return p.next.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
}

// later are the codes of SES and of AWS that pass by themselves.
var later = map[string]error{
	"TooManyRequestsException":    ErrThrottled,
	"LimitExceededException":      ErrThrottled,
	"SendingPausedException":      ErrThrottled,
	"Throttling":                  ErrThrottled,
	"ThrottlingException":         ErrThrottled,
	"RequestLimitExceeded":        ErrThrottled,
	"SlowDown":                    ErrThrottled,
	"ExpiredToken":                ErrNotSent,
	"ExpiredTokenException":       ErrNotSent,
	"RequestExpired":              ErrNotSent,
	"RequestTimeTooSkewed":        ErrNotSent,
	"SignatureDoesNotMatch":       ErrNotSent,
	"InvalidSignatureException":   ErrNotSent,
	"UnrecognizedClientException": ErrNotSent,
	"InvalidClientTokenId":        ErrNotSent,
}

// verdict says what err means for the mail, in words that hold no address.
func verdict(err error, connected bool) error {
	code, status := "", 0
	var api smithy.APIError
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) {
		status = answer.HTTPStatusCode()
	}
	switch {
	case !connected:
		return fmt.Errorf("%w: SES was not reached: %s", ErrNotSent, cause(err))
	case status == 0:
		return fmt.Errorf("no answer from SES, the mail may have gone out: %s", cause(err))
	case status >= 500 || status < 400:
		return fmt.Errorf("SES answered %d %s, the mail may have gone out", status, code)
	case later[code] != nil:
		return fmt.Errorf("%w: SES answered %d %s", later[code], status, code)
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("%w: SES answered %d %s", ErrThrottled, status, code)
	default:
		return fmt.Errorf("%w: SES answered %d %s%s", ErrRejected, status, code, advice[code])
	}
}

// advice is what an operator can do about a rejection.
var advice = map[string]string{
	"MessageRejected":                    ": verify the sender, and in SES's sandbox the recipient too",
	"MailFromDomainNotVerifiedException": ": verify the domain of MailFrom in SES",
	"AccountSuspendedException":          ": SES has suspended this account's sending",
	"AccessDeniedException":              ": allow ses:SendEmail for the identity of MailFrom",
	"NotFoundException":                  ": SES does not know the identity of MailFrom",
}

// cause is the innermost error's text. Those of the network name hosts and
// system calls, never a recipient.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
