package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/payhooks/payhooks/internal/event"
)

// rule is one action's pattern, decoded from JSON.
type rule struct {
	name    string
	pattern any
	err     error // why the pattern is no JSON
}

// list returns the rules that deliver: enabled ones with a pattern, without
// those that AWS keeps for itself (archives).
func (b *Bus) list(ctx context.Context) ([]rule, error) {
	var rules []rule
	in := &eventbridge.ListRulesInput{EventBusName: &b.name}
	for {
		out, err := b.client.ListRules(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, r := range out.Rules {
			if r.State != types.RuleStateDisabled && r.ManagedBy == nil && r.EventPattern != nil {
				rules = append(rules, parse(aws.ToString(r.Name), *r.EventPattern))
			}
		}
		if aws.ToString(out.NextToken) == "" {
			slices.SortFunc(rules, func(a, b rule) int { return strings.Compare(a.name, b.name) })
			return rules, nil
		}
		in.NextToken = out.NextToken
	}
}

func parse(name, pattern string) rule {
	r := rule{name: name}
	if r.pattern, r.err = decode([]byte(pattern)); r.err != nil {
		r.err = fmt.Errorf("pattern is no JSON: %w", r.err)
	}
	return r
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
	if r.err != nil {
		return false, r.err
	}
	pattern, ok := r.pattern.(map[string]any)
	if !ok || len(pattern) == 0 {
		return false, errors.New("pattern is no JSON object with fields")
	}
	var unread error
	known := map[string]any{}
	for name, want := range pattern {
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
