package aws

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mailReport is one event of SES about a mail: its eventType, detail-type and name in
// MatchingEventTypes, and the member with more of it.
type mailReport struct {
	kind, detailType, matching, member string
	more                               map[string]any
}

var (
	delivered  = mailReport{"Delivery", "Email Delivered", "delivery", "delivery", map[string]any{"smtpResponse": "250 ok"}}
	bounced    = mailReport{"Bounce", "Email Bounced", "bounce", "bounce", map[string]any{"bounceType": "Permanent", "bounceSubType": "General"}}
	complained = mailReport{"Complaint", "Email Complaint Received", "complaint", "complaint", map[string]any{"complaintFeedbackType": "abuse"}}
)

// simulated are the events that SES's simulator makes of a mail to one of its addresses.
var simulated = map[string][]mailReport{
	"bounce@simulator.amazonses.com":    {bounced},
	"complaint@simulator.amazonses.com": {delivered, complained},
}

// reportAfter is how long after a mail SES reports about it; the one who sent it has recorded it.
const reportAfter = time.Second

// reportMail puts SES's events about a mail on the default bus, if the template asks for them.
func (s *Server) reportMail(in *sendEmailRequest, id string) error {
	var out []delivery
	for _, r := range s.template().Reports {
		for _, to := range in.recipients() {
			for _, report := range reportsTo(to) {
				if r.Set != in.ConfigurationSetName || !slices.Contains(r.Types, report.matching) {
					continue
				}
				due, err := s.routeReport(in, id, to, report)
				if err != nil {
					return err
				}
				out = append(out, due...)
			}
		}
	}
	return s.deliver(out)
}

// reportsTo are the events about a mail to the address. A label is for the sender: SES takes
// bounce+1@simulator.amazonses.com, too.
func reportsTo(address string) []mailReport {
	bare, _ := addressOf(address)
	local, domain, _ := strings.Cut(strings.ToLower(bare), "@")
	local, _, _ = strings.Cut(local, "+")
	if reports, ok := simulated[local+"@"+domain]; ok {
		return reports
	}
	return []mailReport{delivered}
}

func (s *Server) routeReport(in *sendEmailRequest, id, to string, report mailReport) ([]delivery, error) {
	from, _ := addressOf(in.FromEmailAddress)
	tags := map[string][]string{"ses:configuration-set": {in.ConfigurationSetName}}
	for _, t := range in.EmailTags {
		tags[t.Name] = append(tags[t.Name], t.Value)
	}
	headers := append([]struct{ Name, Value string }{}, in.Content.Simple.Headers...)
	detail, err := json.Marshal(map[string]any{
		"eventType": report.kind, report.member: report.more,
		"mail": map[string]any{"messageId": id, "source": from, "destination": []string{to}, "timestamp": s.now().UTC(), "tags": tags, "headers": headers},
	})
	if err != nil {
		return nil, fmt.Errorf("report a mail: %w", err)
	}
	_, out, err := s.route(eventEntry{Source: "aws.ses", DetailType: report.detailType, Detail: string(detail)})
	for i := range out {
		out[i].Delay = reportAfter
	}
	return out, err
}
