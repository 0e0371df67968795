package mailreport

import (
	"encoding/json"

	"github.com/payhooks/payhooks/internal/event"
)

// message is what the rule's target makes of an event of SES. It has no address in it.
type message struct {
	Type string              `json:"type"` // Delivery, Bounce, Complaint, Reject
	ID   string              `json:"id"`   // SES's of the mail
	Tags map[string][]string `json:"tags"`
}

// UnmarshalJSON reads also SES's own event, which a dead letter of the rule is.
func (m *message) UnmarshalJSON(body []byte) error {
	type plain message
	var in struct {
		plain
		Detail *struct {
			EventType string `json:"eventType"`
			Mail      struct {
				MessageID string              `json:"messageId"`
				Tags      map[string][]string `json:"tags"`
			} `json:"mail"`
		} `json:"detail"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	*m = message(in.plain)
	if d := in.Detail; d != nil {
		*m = message{d.EventType, d.Mail.MessageID, d.Mail.Tags}
	}
	return nil
}

// tag is one of the mail's tags.
func (m message) tag(name string) string {
	if values := m.Tags[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// reports are what the ledger keeps of the types. A delivery proves only that the mail went out.
var reports = map[string]event.Report{"Delivery": "", "Bounce": event.Bounced, "Complaint": event.Complained, "Reject": event.Rejected}
