package local

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/gateway"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// output keeps the requests that a function refused, and passes every line on.
func (s *Stack) output(l lambda.Line) {
	s.cfg.Lines.Add(time.Now().UTC(), l.Function.Logging.Group, l.Text)
	if r, ok := refusedBy(l.Text, time.Now()); ok && s.answers(l.Function) {
		s.keepRefused(r)
	}
	if s.cfg.Output != nil {
		s.cfg.Output(l)
	}
}

// refusedByGateway keeps a webhook request that reached no function, and passes it on. An
// endpoint that the stack does not have has no name there, as in the log of ingest.
func (s *Stack) refusedByGateway(r gateway.Refusal) {
	if dir, endpoint := path.Split(r.Path); dir == "/webhooks/" {
		if !slices.ContainsFunc(s.Now().Secrets, func(x template.Secret) bool { return x.Name == WebhookSecrets+endpoint }) {
			endpoint = ""
		}
		s.keepRefused(aws.Refused{At: time.Now().UTC(), Endpoint: endpoint, Answer: r.Status, Reason: r.Reason})
	}
	if s.cfg.Refused != nil {
		s.cfg.Refused(r)
	}
}

func (s *Stack) keepRefused(r aws.Refused) {
	if err := s.AWS.AddRefused(r); err != nil {
		s.log().ErrorContext(context.Background(), "keep a refused request", "error", err)
	}
}

// answers reports whether the function is behind the API.
func (s *Stack) answers(f template.Function) bool {
	return slices.ContainsFunc(s.Now().Routes, func(r template.Route) bool { return r.Function == f.LogicalID })
}

// refusedBy reads the line that ingest writes about each request.
func refusedBy(line string, now time.Time) (aws.Refused, bool) {
	var l struct {
		Message  string
		Endpoint string
		Answer   int
		Reason   string
		Detail   string
	}
	if !strings.Contains(line, `"request"`) || json.Unmarshal([]byte(line), &l) != nil || l.Message != "request" || l.Answer/100 == 2 {
		return aws.Refused{}, false
	}
	if l.Detail != "" {
		l.Reason += ": " + l.Detail
	}
	return aws.Refused{At: now.UTC(), Endpoint: l.Endpoint, Answer: l.Answer, Reason: l.Reason}, true
}
