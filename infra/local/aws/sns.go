package aws

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/payhooks/payhooks/infra/local/template"
)

// Notice is one message published to a topic or to a phone, as
// GET /_payhooks/notices lists it.
type Notice struct {
	Topic   string    `json:"topic,omitempty"` // its name
	To      string    `json:"to,omitempty"`    // a phone's number
	Subject string    `json:"subject,omitempty"`
	Message string    `json:"message"`
	At      time.Time `json:"at"`
}

func (s *Server) sns() *service {
	return &service{
		name:       "sns",
		operations: map[string]operation{"Publish": s.publish, "PublishBatch": s.publishBatch},
		throttled:  failure{status: http.StatusTooManyRequests, code: "Throttled"},
		failed:     failure{status: http.StatusInternalServerError, code: "InternalError"},
		denied:     failure{status: http.StatusForbidden, code: "AuthorizationError"},
		unknown:    failure{status: http.StatusBadRequest, code: "InvalidAction"},
		fail:       failXML,
	}
}

// publish takes a message to a topic or to a phone.
func (s *Server) publish(c *call) (prepared, error) {
	arn, phone := cmp.Or(c.form.Get("TopicArn"), c.form.Get("TargetArn")), c.form.Get("PhoneNumber")
	if (arn == "") == (phone == "") {
		return prepared{}, invalid("InvalidParameter", "the local stack publishes to a TopicArn or a PhoneNumber")
	}
	n := Notice{Subject: c.form.Get("Subject"), Message: c.form.Get("Message")}
	// A phone is no resource: IAM grants texts on * or not at all.
	resource, check := "*", func() error { return n.text(phone) }
	if arn != "" {
		resource, check = arn, func() error { return n.post(s.template().Topics, arn) }
	}
	do := func(context.Context) (any, error) {
		if err := check(); err != nil {
			return nil, err
		}
		n.At = s.now().UTC()
		if err := s.add(bucketNotices, n); err != nil {
			return nil, fmt.Errorf("keep the notice: %w", err)
		}
		return xmlReply(c.operation, struct {
			XMLName   xml.Name `xml:"PublishResult"`
			MessageID string   `xml:"MessageId"`
		}{MessageID: newID()})
	}
	return prepared{needs: []access{need("sns:Publish", resource)}, do: do}, nil
}

// publishBatch is authorized as AWS does it, and not served.
func (s *Server) publishBatch(c *call) (prepared, error) {
	do := func(context.Context) (any, error) {
		return nil, c.service.unknown.with("the local stack does not serve PublishBatch of sns; publish one by one")
	}
	return prepared{needs: []access{need("sns:Publish", c.form.Get("TopicArn"))}, do: do}, nil
}

// post addresses the notice to a topic of the template.
func (n *Notice) post(topics []template.Topic, arn string) error {
	if !slices.ContainsFunc(topics, func(t template.Topic) bool { return t.ARN == arn }) {
		return failure{status: http.StatusNotFound, code: "NotFound"}.with("the template has no topic %s", arn)
	}
	n.Topic = arn[strings.LastIndex(arn, ":")+1:]
	return n.check()
}

// longestText is how many characters SNS takes for a phone.
const longestText = 1600

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// text addresses the notice to a phone.
func (n *Notice) text(phone string) error {
	if !e164.MatchString(phone) {
		return invalid("InvalidParameter", "Invalid parameter: PhoneNumber Reason: it is not valid to publish to")
	}
	if utf8.RuneCountInString(n.Message) > longestText {
		return invalid("InvalidParameter", "Invalid parameter: Message too long")
	}
	n.To = phone
	return n.check()
}

func (n *Notice) check() error {
	if n.Message == "" {
		return invalid("InvalidParameter", "Empty message")
	}
	return nil
}
