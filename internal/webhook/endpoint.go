package webhook

import (
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Mode is which events an endpoint expects, by the event's livemode.
type Mode string

// The modes of an endpoint.
const (
	ModeAny  Mode = "any"
	ModeLive Mode = "live"
	ModeTest Mode = "test"
)

// Endpoint is one {endpoint} of POST /webhooks/{endpoint}. Its signing secrets
// are its own.
type Endpoint struct {
	Name    string
	Mode    Mode
	Connect bool // takes events of connected accounts
}

// Endpoints are the endpoints of a stack by name.
type Endpoints map[string]Endpoint

// ParseEndpoints reads "name=mode,…" with the modes any, live and test, and
// +connect after the mode of a Connect endpoint, as in
// "default=live,connect=live+connect". Empty text is "default=any".
func ParseEndpoints(text string) (Endpoints, error) {
	if strings.TrimSpace(text) == "" {
		text = "default=any"
	}
	all := Endpoints{}
	for item := range strings.SplitSeq(text, ",") {
		e, err := parseEndpoint(strings.TrimSpace(item))
		if err != nil {
			return nil, fmt.Errorf("endpoint %q: %w", item, err)
		}
		if _, dup := all[e.Name]; dup {
			return nil, fmt.Errorf("endpoint %q is given twice", e.Name)
		}
		all[e.Name] = e
	}
	return all, nil
}

func parseEndpoint(item string) (Endpoint, error) {
	name, mode, ok := strings.Cut(item, "=")
	if !ok {
		return Endpoint{}, fmt.Errorf("want name=mode, as in default=live")
	}
	mode, connect := strings.CutSuffix(mode, "+connect")
	if name == "" || len(name) > 64 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return Endpoint{}, fmt.Errorf("a name is up to 64 of a-z, 0-9, - and _")
	}
	if name == event.EndpointListed {
		return Endpoint{}, fmt.Errorf("the name is taken: events fetched from Stripe have it")
	}
	switch m := Mode(mode); m {
	case ModeAny, ModeLive, ModeTest:
		return Endpoint{Name: name, Mode: m, Connect: connect}, nil
	}
	return Endpoint{}, fmt.Errorf("mode %q is none of any, live, test", mode)
}

// Admit decides whether an event may enter by this endpoint. A reason means
// quarantine. ignore means that the event is Stripe's normal traffic and not
// meant for this stack: a live Connect endpoint is sent test events too.
func (e Endpoint) Admit(f event.Facts) (reason Reason, ignore bool) {
	if e.Mode == ModeLive && !f.Livemode && e.Connect {
		return "", true
	}
	if (e.Mode == ModeLive && !f.Livemode) || (e.Mode == ModeTest && f.Livemode) {
		return WrongMode, false
	}
	if f.Account != "" && !e.Connect {
		return UnexpectedAccount, false
	}
	return "", false
}
