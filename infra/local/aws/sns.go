package aws

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local/template"
)

// Notice is one message published to a topic, as GET /_payhooks/notices lists
// it.
type Notice struct {
	Topic   string    `json:"topic"` // its name
	Subject string    `json:"subject,omitempty"`
	Message string    `json:"message"`
	At      time.Time `json:"at"`
}

func (s *Server) sns() *service {
	return &service{
		name:       "sns",
		operations: map[string]operation{"Publish": s.publish},
		throttled:  failure{status: http.StatusTooManyRequests, code: "Throttled"},
		failed:     failure{status: http.StatusInternalServerError, code: "InternalError"},
		denied:     failure{status: http.StatusForbidden, code: "AuthorizationError"},
		unknown:    failure{status: http.StatusBadRequest, code: "InvalidAction"},
		fail:       failXML,
	}
}

func (s *Server) publish(c *call) (prepared, error) {
	arn := c.form.Get("TopicArn")
	if arn == "" {
		return prepared{}, invalid("InvalidParameter", "the local stack publishes to a TopicArn only")
	}
	do := func(context.Context) (any, error) {
		if !slices.ContainsFunc(s.Stack.Topics, func(t template.Topic) bool { return t.ARN == arn }) {
			return nil, failure{status: http.StatusNotFound, code: "NotFound"}.with("the template has no topic %s", arn)
		}
		if c.form.Get("Message") == "" {
			return nil, invalid("InvalidParameter", "Empty message")
		}
		n := Notice{
			Topic:   arn[strings.LastIndex(arn, ":")+1:],
			Subject: c.form.Get("Subject"), Message: c.form.Get("Message"), At: s.now().UTC(),
		}
		if err := s.add(bucketNotices, n); err != nil {
			return nil, fmt.Errorf("keep the notice: %w", err)
		}
		return xmlReply(c.operation, struct {
			XMLName   xml.Name `xml:"PublishResult"`
			MessageID string   `xml:"MessageId"`
		}{MessageID: newID()})
	}
	return prepared{needs: []access{need("sns:Publish", arn)}, do: do}, nil
}
