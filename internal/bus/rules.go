package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// rule is one action's rule with its pattern decoded from JSON.
type rule struct {
	name     string
	disabled bool
	pattern  map[string]any
}

// list returns the rules of actions, enabled or not. A rule is an action's if
// its pattern has the form that infra/action.yaml gives it: detail.only names
// the rule. Archives, taps, other teams' rules and patterns that cannot be read
// are none, and neither count nor stop anything.
func (b *Bus) list(ctx context.Context) ([]rule, error) {
	var rules []rule
	in := struct {
		EventBusName string
		NextToken    string `json:",omitempty"`
	}{EventBusName: b.Name}
	for {
		var out struct {
			Rules     []struct{ Name, EventPattern, State string }
			NextToken string
		}
		if err := b.Client.JSON(ctx, "AWSEvents.ListRules", in, &out); err != nil {
			return nil, err
		}
		for _, r := range out.Rules {
			own, ok := parse(r.Name, r.EventPattern)
			if own.disabled = r.State == "DISABLED"; ok {
				rules = append(rules, own)
			}
		}
		if out.NextToken == "" {
			slices.SortFunc(rules, func(a, b rule) int { return strings.Compare(a.name, b.name) })
			return rules, nil
		}
		in.NextToken = out.NextToken
	}
}

// parse reports whether the rule is an action's.
func parse(name, pattern string) (rule, bool) {
	decoded, err := decode([]byte(pattern))
	if err != nil {
		return rule{}, false
	}
	fields, _ := decoded.(map[string]any)
	detail, _ := fields["detail"].(map[string]any)
	only, _ := detail["only"].([]any)
	return rule{name: name, pattern: fields}, slices.Contains(only, any(name))
}

// named reports whether the rule takes nothing but what names its action, as that of
// function fetch does.
func (r rule) named() bool {
	detail, _ := r.pattern["detail"].(map[string]any)
	only, _ := detail["only"].([]any)
	return !slices.ContainsFunc(only, func(v any) bool { return v != any(r.name) })
}

func decode(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// document is the event that the bus will make of an envelope, as far as it is
// known before it is published.
func document(e event.Envelope) (map[string]any, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	detail, err := decode(raw)
	if err != nil {
		return nil, err
	}
	return map[string]any{"source": event.Source, "detail-type": e.Type, "detail": detail}, nil
}

// selects is false as soon as one readable part of the pattern rules the
// event out, and an error only if the rest cannot be read.
func (r rule) selects(doc map[string]any) (bool, error) {
	var unread error
	known := map[string]any{}
	for name, want := range r.pattern {
		if _, ok := doc[name]; ok {
			known[name] = want
		} else {
			unread = fmt.Errorf("pattern asks for %q: only source, detail-type and detail are known before an event is on the bus", name)
		}
	}
	ok, err := matchObject(known, doc, "")
	if !ok && err == nil {
		return false, nil
	}
	if err = errors.Join(err, unread); err != nil {
		return false, err
	}
	return true, nil
}
