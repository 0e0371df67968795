// Package sms sends text messages through Amazon SNS, each one once.
package sms

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/outcome"
	"github.com/payhooks/payhooks/internal/wire"
)

// Text is one message to one number.
type Text struct {
	To   string // E.164, as ParseNumber returns it
	Body string
}

// requestTimeout is how long one request may take.
const requestTimeout = 10 * time.Second

var (
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	separators = strings.NewReplacer(" ", "", "\u00a0", "", "-", "", ".", "", "(", "", ")", "", "/", "")
)

// ParseNumber reads a phone number as people write it. The country's code is
// required, since nothing else names the country. Its error does not repeat the
// number.
func ParseNumber(s string) (string, error) {
	n := separators.Replace(strings.TrimSpace(s))
	if !e164.MatchString(n) {
		return "", errors.New("not a phone number in E.164, such as +15550100")
	}
	return n, nil
}

// Client sends through SNS. Safe for concurrent use.
type Client struct{ sns *wire.Client }

// New returns a Client that never repeats a request, because a message whose reply was lost
// may have gone out.
func New(cfg aws.Config, now func() time.Time) *Client {
	return &Client{wire.Once("sns", cfg, now)}
}

// Send hands t to SNS with a single request and returns SNS's message id. Its
// errors are those of package event, which report that no message went out, with
// a Skip for a number that SNS sends nothing to: it is invalid, or its owner has
// opted out. Any other error leaves the outcome unknown. None contains a number or
// SNS's own text, which quotes numbers.
func (c *Client) Send(ctx context.Context, t Text) (string, error) {
	if !e164.MatchString(t.To) {
		return "", noMessages("it is not in E.164")
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	ctx, connected := outcome.Watch(ctx)
	id, err := c.sns.Publish(ctx, url.Values{
		"PhoneNumber": {t.To}, "Message": {t.Body},
		// The other type is for advertisements, which carriers may drop.
		"MessageAttributes.entry.1.Name":              {"AWS.SNS.SMS.SMSType"},
		"MessageAttributes.entry.1.Value.DataType":    {"String"},
		"MessageAttributes.entry.1.Value.StringValue": {"Transactional"},
	})
	if err != nil {
		return "", verdict(outcome.Of("SNS", err, connected()))
	}
	return id, nil
}

// verdict is what a failure means for the message.
func verdict(f outcome.Failure) error {
	if f.Outcome == outcome.Rejected && unreachable[f.Code] {
		return noMessages(f.Text)
	}
	return f.Err("text message", advice)
}

func noMessages(why string) error { return event.Skipf("no text messages to this number: %s", why) }

// unreachable are the codes that are about the number: the message itself is
// ours and always well formed.
var unreachable = map[string]bool{"InvalidParameter": true, "ParameterValueInvalid": true, "OptedOut": true}

// advice is what an operator can do about a rejection.
var advice = map[string]string{
	"AuthorizationError": ": allow sns:Publish to phone numbers; deploying with Sms=on does",
}
