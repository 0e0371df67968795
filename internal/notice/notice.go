// Package notice sends notices to the shop's staff: through a topic of Amazon SNS
// and, where there is a webhook, in Slack.
package notice

import (
	"context"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/outcome"
	"github.com/payhooks/payhooks/internal/safetext"
	"github.com/payhooks/payhooks/internal/wire"
)

// Notice is one message. It goes to all subscribers, so it contains ids and
// times and no personal data.
type Notice struct {
	Subject string
	Text    string
}

const (
	// requestTimeout is how long one request may take.
	requestTimeout = 10 * time.Second
	// maxSubject is what SNS takes.
	maxSubject = 100
	// maxText is below what Slack shows of a text, 4,000 characters.
	maxText = 3000
)

// Topic publishes to one SNS topic. Safe for concurrent use.
type Topic struct {
	arn string
	sns *wire.Client
}

// NewTopic returns a Topic that never repeats a request, because a notice whose reply was
// lost may have gone out.
func NewTopic(cfg aws.Config, arn string, now func() time.Time) *Topic {
	return &Topic{arn, wire.Once("sns", cfg, now)}
}

// Send publishes n with a single request. Its errors are
// those of package event; any other one leaves the outcome unknown.
func (t *Topic) Send(ctx context.Context, n Notice) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	ctx, connected := outcome.Watch(ctx)
	_, err := t.sns.Publish(ctx, url.Values{
		"TopicArn": {t.arn}, "Subject": {subject(n.Subject)}, "Message": {safetext.Lines(n.Text, maxText)},
	})
	if err == nil {
		return nil
	}
	return outcome.Of("SNS", err, connected()).Err("notice", advice)
}

// subject is s as SNS takes it: one line of printable ASCII that begins with a
// letter, digit or punctuation mark.
func subject(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
	return strings.TrimSpace(s[:min(len(s), maxSubject-1)])
}

// advice is what an operator can do about a rejection.
var advice = map[string]string{
	"AuthorizationError": ": allow sns:Publish for the topic of notices",
	"NotFound":           ": the topic of notices does not exist; deploy the stack again",
	"KMSAccessDenied":    ": allow the function to use the topic's key",
	"KMSDisabled":        ": the topic's key is disabled",
}
