package aws

import (
	"context"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/infra/local/template"
)

type putPartnerEventsRequest struct{ Entries []partnerEntry }

// partnerEntry has no bus: it is the one that is associated with the source.
type partnerEntry struct {
	Source, DetailType, Detail string
	Resources                  []string
	Time                       *float64
}

// Limits of one PutPartnerEvents: entries, and bytes of an event.
const (
	maxPartnerEntries = 20
	maxPartnerEvent   = 1 << 20
)

// putPartnerEvents is the partner's call: no role of the stack may make it, whatever
// its policies grant. The operator stands for the partner.
func (s *Server) putPartnerEvents(_ context.Context, c *call, in *putPartnerEventsRequest) (any, error) {
	if !c.caller.Operator {
		return nil, c.service.denied.with("%s is not allowed events:PutPartnerEvents: it is the partner's call", c.caller.Name)
	}
	if n := len(in.Entries); n == 0 || n > maxPartnerEntries {
		return nil, invalid("ValidationException", "PutPartnerEvents takes 1 to %d entries, not %d", maxPartnerEntries, n)
	}
	entries := make([]eventEntry, len(in.Entries))
	for i, e := range in.Entries {
		entries[i] = eventEntry{Source: e.Source, DetailType: e.DetailType, Detail: e.Detail, EventBusName: e.Source, Resources: e.Resources, Time: e.Time}
		if len(e.Resources) == 0 {
			entries[i].Resources = []string{fmt.Sprintf("arn:aws:events:%s::event-source/%s", s.template().Region, e.Source)}
		}
	}
	return s.put(partner, entries, s.refusePartner)
}

// PutPartner puts an event of a partner source on its bus.
func (s *Server) PutPartner(source, kind string, detail []byte) error {
	in := &putPartnerEventsRequest{Entries: []partnerEntry{{Source: source, DetailType: kind, Detail: string(detail)}}}
	_, err := s.putPartnerEvents(context.Background(), &call{caller: Caller{Operator: true}}, in)
	return err
}

// refusePartner says what is wrong with one entry of a partner.
func (s *Server) refusePartner(e eventEntry) (code, message string) {
	if code, message := e.incomplete(); code != "" {
		return code, message
	}
	switch {
	case e.size() > maxPartnerEvent:
		return "InvalidArgument", fmt.Sprintf("the event of %d bytes is over the limit of %d", e.size(), maxPartnerEvent)
	case !slices.ContainsFunc(s.template().Buses, func(b template.Bus) bool { return b.Source == e.Source }):
		return "ResourceNotFoundException", fmt.Sprintf("no bus of the template is associated with the event source %q", e.Source)
	}
	return "", ""
}
