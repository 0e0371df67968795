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
		Raw, Template json.RawMessage // authorized, not served
	}
	ConfigurationSetName string
	EmailTags            []struct{ Name, Value string }
}

func (in *sendEmailRequest) recipients() []string {
	d := in.Destination
	return append(append(append([]string{}, d.ToAddresses...), d.CcAddresses...), d.BccAddresses...)
}

// sendEmailNeeds asks for what SES authorizes: the identity of the sender, which is
// the address or its domain, those of the recipients as if the account had verified
// them, and a configuration set. The kind of content decides the action.
func (s *Server) sendEmailNeeds(in *sendEmailRequest) []access {
	from, name := addressOf(in.FromEmailAddress)
	action, about := in.action(), map[string][]string{"ses:fromaddress": {from}, "ses:recipients": in.recipients()}
	if name != "" {
		about["ses:fromdisplayname"] = []string{name}
	}
	arn := fmt.Sprintf("arn:aws:ses:%s:%s:", s.template().Region, s.template().Account)
	var needs []access
	for _, one := range append([]string{from}, in.recipients()...) {
		address, _ := addressOf(one)
		_, domain, _ := strings.Cut(address, "@")
		needs = append(needs, access{action, []string{arn + "identity/" + address, arn + "identity/" + domain}, about})
	}
	if in.ConfigurationSetName != "" {
		needs = append(needs, access{action, []string{arn + "configuration-set/" + in.ConfigurationSetName}, about})
	}
	return needs
}

func (in *sendEmailRequest) action() string {
	switch {
	case in.Content.Raw != nil:
		return "ses:SendRawEmail"
	case in.Content.Template != nil:
		return "ses:SendTemplatedEmail"
	}
	return "ses:SendEmail"
}

// addressOf is the address alone and its display name. What is no address, or
// several, is itself: no condition on an address holds for it.
func addressOf(text string) (address, name string) {
	a, err := mail.ParseAddress(text)
	if err != nil {
		return text, ""
	}
	return a.Address, a.Name
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
	id := newID()
	return map[string]string{"MessageId": id}, s.reportMail(in, id)
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
