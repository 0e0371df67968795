package mail

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/payhooks/payhooks/internal/outcome"
)

// requestTimeout is how long one request may take. SES answers within a second; a
// reply later than this counts as lost.
const requestTimeout = 10 * time.Second

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
	return &Client{http: outcome.HTTP(), ses: sesv2.NewFromConfig(cfg, func(o *sesv2.Options) {
		o.Retryer = aws.NopRetryer{}
	})}
}

// Send hands m to SES with a single request and returns SES's message id. Its
// errors are those of package event; any other one leaves the outcome unknown.
// None contains an address or SES's own text, which quotes addresses.
func (c *Client) Send(ctx context.Context, m Mail) (string, error) {
	in, err := m.input()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	p := &outcome.Probe{Next: c.http}
	out, err := c.ses.SendEmail(ctx, in, func(o *sesv2.Options) { o.HTTPClient = p })
	if err != nil {
		return "", outcome.Of("SES", err, p.Connected()).Err("mail", advice)
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
	in := &sesv2.SendEmailInput{
		FromEmailAddress: &from,
		Destination:      &types.Destination{ToAddresses: []string{to}},
		Content:          &types.EmailContent{Simple: msg},
	}
	if m.Via.Set != "" {
		in.ConfigurationSetName = &m.Via.Set
		in.EmailTags = m.tags()
	}
	return in, nil
}

// tags lead a report back to the mail's effect. A key that is too long for one has no report.
func (m Mail) tags() (all []types.MessageTag) {
	for _, t := range [][2]string{{TagStack, m.Via.Stack}, {TagAction, m.Via.Action}, {TagEvent, m.Event}, {TagKey, EncodeKey(m.Key)}} {
		if t[1] != "" && len(t[1]) <= maxTag {
			all = append(all, types.MessageTag{Name: &t[0], Value: &t[1]})
		}
	}
	return all
}

func content(s string) *types.Content {
	return &types.Content{Data: &s, Charset: aws.String("UTF-8")}
}

// advice is what an operator can do about a rejection.
var advice = map[string]string{
	"MessageRejected":                    ": verify the sender, and in SES's sandbox the recipient too",
	"MailFromDomainNotVerifiedException": ": verify the domain of MailFrom in SES",
	"AccountSuspendedException":          ": SES has suspended this account's sending",
	"AccessDeniedException":              ": allow ses:SendEmail for the identity of MailFrom (MailIdentity) and the configuration set",
	"NotFoundException":                  ": SES does not know the identity of MailFrom, or the configuration set MailConfigurationSet",
}
