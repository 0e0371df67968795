package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Mail is one mail in the mailbox, as GET /_payhooks/mails lists it.
type Mail struct {
	Kind      string    `json:"kind,omitempty"`
	From      string    `json:"from"`
	To        string    `json:"to"` // several are separated by ", "
	Subject   string    `json:"subject"`
	Text      string    `json:"text"`
	HTML      string    `json:"html"`
	Event     string    `json:"event,omitempty"`
	Key       string    `json:"key,omitempty"`
	Reference string    `json:"reference,omitempty"`
	At        time.Time `json:"at"`
}

func (s *Server) ses() *service {
	return &service{
		name: "ses",
		operations: map[string]operation{
			"POST /v2/email/outbound-emails": typed(s.sendEmailNeeds, s.sendEmail),
		},
		throttled: failure{status: http.StatusTooManyRequests, code: "TooManyRequestsException"},
		failed:    failure{status: http.StatusInternalServerError, code: "InternalServiceErrorException"},
		denied:    failure{status: http.StatusForbidden, code: "AccessDeniedException"},
		unknown:   failure{status: http.StatusNotFound, code: "NotFoundException"},
		fail:      failJSON(""),
	}
}

type content struct{ Data, Charset string }

type sendEmailRequest struct {
	FromEmailAddress string
	Destination      struct{ ToAddresses, CcAddresses, BccAddresses []string }
	ReplyToAddresses []string
	Content          struct {
		Simple *struct {
			Subject content
			Body    struct{ Text, Html *content }
			Headers []struct{ Name, Value string }
		}
	}
	ConfigurationSetName string
	EmailTags            []struct{ Name, Value string }
}

func (in *sendEmailRequest) recipients() []string {
	d := in.Destination
	return append(append(append([]string{}, d.ToAddresses...), d.CcAddresses...), d.BccAddresses...)
}

// sendEmailNeeds asks for the identity that sends: the address, or its domain.
func (s *Server) sendEmailNeeds(in *sendEmailRequest) []access {
	from := in.FromEmailAddress
	if a, err := mail.ParseAddress(from); err == nil {
		from = a.Address
	}
	arn := fmt.Sprintf("arn:aws:ses:%s:%s:identity/", s.Stack.Region, s.Stack.Account)
	_, domain, _ := strings.Cut(from, "@")
	a := need("ses:SendEmail", arn+from, arn+domain)
	a.context = map[string][]string{"ses:fromaddress": {from}, "ses:recipients": in.recipients()}
	needs := []access{a}
	if in.ConfigurationSetName != "" {
		set := fmt.Sprintf("arn:aws:ses:%s:%s:configuration-set/%s", s.Stack.Region, s.Stack.Account, in.ConfigurationSetName)
		needs = append(needs, access{action: a.action, resources: []string{set}, context: a.context})
	}
	return needs
}

// sendEmail puts the mail into the mailbox, on disk, before it answers.
func (s *Server) sendEmail(_ context.Context, _ *call, in *sendEmailRequest) (any, error) {
	simple := in.Content.Simple
	if simple == nil {
		return nil, invalid("BadRequestException", "the local mailbox takes Simple content")
	}
	if _, err := mail.ParseAddress(in.FromEmailAddress); err != nil {
		return nil, invalid("BadRequestException", "Missing or illegal From address")
	}
	if len(in.recipients()) == 0 {
		return nil, invalid("BadRequestException", "a mail needs a recipient")
	}
	for _, to := range in.recipients() {
		if _, err := mail.ParseAddress(to); err != nil {
			return nil, invalid("BadRequestException", "Illegal address")
		}
	}
	m := Mail{From: in.FromEmailAddress, To: strings.Join(in.recipients(), ", "), Subject: simple.Subject.Data, At: s.now().UTC()}
	if simple.Body.Text != nil {
		m.Text = simple.Body.Text.Data
	}
	if simple.Body.Html != nil {
		m.HTML = simple.Body.Html.Data
	}
	for _, h := range simple.Headers {
		switch strings.ToLower(h.Name) {
		case "x-payhooks-kind":
			m.Kind = h.Value
		case "x-payhooks-event":
			m.Event = h.Value
		case "x-payhooks-key":
			m.Key = h.Value
		case "x-payhooks-reference":
			m.Reference = h.Value
		}
	}
	if err := s.add(bucketMails, m); err != nil {
		return nil, fmt.Errorf("keep the mail: %w", err)
	}
	return map[string]string{"MessageId": newID()}, nil
}

// add appends a value to a bucket.
func (s *Server) add(bucket []byte, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.store.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		seq, err := b.NextSequence()
		if err != nil {
			return err
		}
		return b.Put(seqKey(seq), raw)
	})
}
