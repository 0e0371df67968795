package webhook

import (
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Expect is which events an endpoint expects, by the event's livemode.
type Expect string

// What an endpoint may expect.
const (
	ExpectAny  Expect = "any"
	ExpectLive Expect = "live"
	ExpectTest Expect = "test"
)

// Endpoint is one {endpoint} of POST /webhooks/{endpoint}. Its signing secrets
// are its own.
type Endpoint struct {
	Name    string
	Expect  Expect
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
	if name == event.EndpointListed || name == event.EndpointImported {
		return Endpoint{}, fmt.Errorf("the name is taken: events that were read at Stripe have it")
	}
	switch m := Expect(mode); m {
	case ExpectAny, ExpectLive, ExpectTest:
		return Endpoint{Name: name, Expect: m, Connect: connect}, nil
	}
	return Endpoint{}, fmt.Errorf("mode %q is not one of any, live, test", mode)
}

// Admits reports whether events of the scope may come by this endpoint.
func (e Endpoint) Admits(s event.Scope) bool {
	return e.Connect == (s.Account != "") && (e.Expect == ExpectAny || (e.Expect == ExpectLive) == s.Livemode)
}

// Admit decides whether an event may enter by this endpoint. A reason means
// quarantine. drop means that the event is Stripe's normal traffic and not
// meant for this stack: a live Connect endpoint is sent test events too.
func (e Endpoint) Admit(f event.Facts) (reason event.Reason, drop bool) {
	if e.Expect == ExpectLive && !f.Livemode && e.Connect {
		return "", true
	}
	if (e.Expect == ExpectLive && !f.Livemode) || (e.Expect == ExpectTest && f.Livemode) {
		return WrongMode, false
	}
	if f.Account != "" && !e.Connect {
		return UnexpectedAccount, false
	}
	return "", false
}
