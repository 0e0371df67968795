package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws/pattern"
	"github.com/payhooks/payhooks/infra/local/template"
)

func (s *Server) events() *service {
	return &service{
		name: "events",
		operations: map[string]operation{
			"PutEvents":         typed(s.putEventsNeeds, s.putEvents),
			"PutPartnerEvents":  typed(func(*putPartnerEventsRequest) []access { return nil }, s.putPartnerEvents),
			"ListRules":         typed(s.listRulesNeeds, s.listRules),
			"ListTargetsByRule": typed(s.listTargetsNeeds, s.listTargets),
		},
		throttled: failure{status: http.StatusBadRequest, code: "ThrottlingException"},
		failed:    failure{status: http.StatusInternalServerError, code: "InternalException"},
		denied:    failure{status: http.StatusBadRequest, code: "AccessDeniedException"},
		unknown:   failure{status: http.StatusBadRequest, code: "UnknownOperationException"},
		fail:      failJSON(""),
	}
}

type putEventsRequest struct{ Entries []eventEntry }

type eventEntry struct {
	Source, DetailType, Detail string
	EventBusName               string
	Resources                  []string
	Time                       *float64 // seconds since 1970
	TraceHeader                string
}

func (s *Server) busName(name string) string {
	if name == "" {
		return "default"
	}
	return template.BusName(name)
}

func (s *Server) busARN(name string) string {
	return fmt.Sprintf("arn:aws:events:%s:%s:event-bus/%s", s.template().Region, s.template().Account, s.busName(name))
}

func (s *Server) putEventsNeeds(in *putEventsRequest) []access {
	needs := make([]access, len(in.Entries))
	for i, e := range in.Entries {
		needs[i] = need("events:PutEvents", s.busARN(e.EventBusName))
		needs[i].context = map[string][]string{"events:source": {e.Source}, "events:detail-type": {e.DetailType}}
	}
	return needs
}

// maxEvents is what the entries of one PutEvents may come to, in bytes, the
// smallest limit that AWS documents.
const maxEvents = 256 << 10

// putEvents answers when every message is in its queue on disk, or noted there
// to be delivered later.
func (s *Server) putEvents(_ context.Context, c *call, in *putEventsRequest) (any, error) {
	if n := len(in.Entries); n == 0 || n > 10 {
		return nil, invalid("ValidationException", "PutEvents takes 1 to 10 entries, not %d", n)
	}
	size := 0
	for _, e := range in.Entries {
		size += e.size()
	}
	if size > maxEvents {
		return nil, invalid("ValidationException", "Total size of the entries in the request is over the limit: %d bytes of %d", size, maxEvents)
	}
	return s.put(c.caller.Name, in.Entries, s.refuse)
}

// put routes the entries that are not refused and delivers them.
func (s *Server) put(caller string, entries []eventEntry, refuse func(eventEntry) (code, message string)) (any, error) {
	results := make([]map[string]string, len(entries))
	failed := 0
	var out []delivery
	for i, e := range entries {
		if code, message := refuse(e); code != "" {
			results[i] = map[string]string{"ErrorCode": code, "ErrorMessage": message}
			failed++
			continue
		}
		id, due, err := s.route(e)
		if err != nil {
			return nil, err
		}
		results[i] = map[string]string{"EventId": id}
		out = append(out, due...)
	}
	if err := s.deliver(out); err != nil {
		return nil, err
	}
	s.counter.count("events", caller, EntryPut, len(entries)-failed)
	return map[string]any{"FailedEntryCount": failed, "Entries": results}, nil
}

func (e eventEntry) size() int {
	n := len(e.Source) + len(e.DetailType) + len(e.Detail)
	if e.Time != nil {
		n += 14
	}
	for _, r := range e.Resources {
		n += len(r)
	}
	return n
}

// refuse says what is wrong with one entry; the others go on.
func (s *Server) refuse(e eventEntry) (code, message string) {
	bus := s.busName(e.EventBusName)
	at := slices.IndexFunc(s.template().Buses, func(b template.Bus) bool { return b.Name == bus })
	if code, message := e.incomplete(); code != "" {
		return code, message
	}
	switch {
	case strings.HasPrefix(e.Source, "aws."):
		return "NotAuthorizedForSource", "Not authorized for the source."
	case at < 0:
		return "ResourceNotFoundException", fmt.Sprintf("the template has no event bus %q", bus)
	case s.template().Buses[at].Source != "":
		return "InvalidArgument", "only the partner puts events on the bus " + bus
	}
	return "", ""
}

// incomplete says what no bus takes.
func (e eventEntry) incomplete() (code, message string) {
	var detail map[string]json.RawMessage
	switch {
	case e.Source == "" || e.DetailType == "" || e.Detail == "":
		return "InvalidArgument", "Source, DetailType and Detail are required"
	case json.Unmarshal([]byte(e.Detail), &detail) != nil:
		return "MalformedDetail", "Detail is malformed: it must be a JSON object"
	}
	return "", ""
}

// route makes the event and finds the targets whose rules select it.
func (s *Server) route(e eventEntry) (id string, out []delivery, err error) {
	id, body, err := s.envelope(e)
	if err != nil {
		return "", nil, err
	}
	event, err := pattern.Decode(body)
	if err != nil {
		return "", nil, err
	}
	for _, r := range s.has().rules {
		if r.Disabled || r.Bus != s.busName(e.EventBusName) || !r.pattern.Matches(event) {
			continue
		}
		for _, t := range r.Targets {
			out = append(out, delivery{Rule: r.ARN, Target: t, Body: string(body), First: s.now()})
		}
	}
	return id, out, nil
}

// envelope is what the targets get, with the detail byte for byte.
func (s *Server) envelope(e eventEntry) (id string, body []byte, err error) {
	at := s.now()
	if e.Time != nil {
		at = time.UnixMilli(int64(*e.Time * 1000))
	}
	id = newID()
	body, err = json.Marshal(struct {
		Version    string   `json:"version"`
		ID         string   `json:"id"`
		DetailType string   `json:"detail-type"`
		Source     string   `json:"source"`
		Account    string   `json:"account"`
		Time       string   `json:"time"`
		Region     string   `json:"region"`
		Resources  []string `json:"resources"`
	}{
		"0", id, e.DetailType, e.Source, s.template().Account, at.UTC().Format(time.RFC3339), s.template().Region,
		append([]string{}, e.Resources...),
	})
	if err != nil {
		return "", nil, fmt.Errorf("write the event: %w", err)
	}
	return id, fmt.Appendf(body[:len(body)-1], `,"detail":%s}`, e.Detail), nil
}
