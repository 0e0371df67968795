package mail

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/outcome"
	"github.com/payhooks/payhooks/internal/wire"
)

// requestTimeout is how long one request may take. SES answers within a second; a
// reply later than this counts as lost.
const requestTimeout = 10 * time.Second

// Client sends through SES. Safe for concurrent use.
type Client struct{ ses *wire.Client }

// New returns a Client that never repeats a request, because a mail whose reply was lost may
// have gone out.
func New(cfg aws.Config, now func() time.Time) *Client {
	return &Client{wire.Once("ses", cfg, now)}
}

// Send hands m to SES with a single request and returns SES's message id. Its
// errors are those of package event; any other one leaves the outcome unknown.
// None contains an address or SES's own text, which quotes addresses.
func (c *Client) Send(ctx context.Context, m Mail) (string, error) {
	in, err := m.request()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	ctx, connected := outcome.Watch(ctx)
	var out struct{ MessageId string }
	if err := c.ses.REST(ctx, "SendEmail", "/v2/email/outbound-emails", in, &out); err != nil {
		return "", outcome.Of("SES", err, connected()).Err("mail", advice)
	}
	return out.MessageId, nil
}

// request is what SES's SendEmail takes.
type request struct {
	FromEmailAddress     string
	Destination          destination
	Content              struct{ Simple message }
	ConfigurationSetName string `json:",omitempty"`
	EmailTags            []pair `json:",omitempty"`
}

type destination struct{ ToAddresses []string }

type message struct {
	Subject content
	Body    struct {
		Text content
		HTML *content `json:"Html,omitempty"`
	}
	Headers []pair `json:",omitempty"`
}

type content struct{ Data, Charset string }

// pair is a header, or a tag.
type pair struct{ Name, Value string }

// request is m as SES wants it.
func (m Mail) request() (*request, error) {
	to, from, err := m.addresses()
	if err != nil {
		return nil, err
	}
	in := &request{FromEmailAddress: from, Destination: destination{[]string{to}}}
	msg := &in.Content.Simple
	msg.Subject, msg.Body.Text = encoded(line(m.Subject, maxSubject)), encoded(m.Text)
	if m.HTML != "" {
		html := encoded(m.HTML)
		msg.Body.HTML = &html
	}
	names, values := m.headers()
	for i := range names {
		msg.Headers = append(msg.Headers, pair{names[i], values[i]})
	}
	if m.Via.Set != "" {
		in.ConfigurationSetName, in.EmailTags = m.Via.Set, m.tags()
	}
	return in, nil
}

// tags lead a report back to the mail's effect. A key that is too long for one has no report.
func (m Mail) tags() (all []pair) {
	for _, t := range []pair{{TagStack, m.Via.Stack}, {TagAction, m.Via.Action}, {TagEvent, m.Event}, {TagKey, EncodeKey(m.Key)}} {
		if t.Value != "" && len(t.Value) <= maxTag {
			all = append(all, t)
		}
	}
	return all
}

func encoded(s string) content { return content{s, "UTF-8"} }

// advice is what an operator can do about a rejection.
var advice = map[string]string{
	"MessageRejected":                    ": verify the sender, and in SES's sandbox the recipient too",
	"MailFromDomainNotVerifiedException": ": verify the domain of MailFrom in SES",
	"AccountSuspendedException":          ": SES has suspended this account's sending",
	"AccessDeniedException":              ": allow ses:SendEmail for the identity of MailFrom (MailIdentity) and the configuration set",
	"NotFoundException":                  ": SES does not know the identity of MailFrom, or the configuration set MailConfigurationSet",
}
