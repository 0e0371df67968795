package operator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Compare compares what is registered at Stripe with what the stack needs. It changes
// nothing.
func (c *Connector) Compare(ctx context.Context, want Connection) (ConnectResult, error) {
	all, err := c.list(ctx, want)
	if err != nil {
		return ConnectResult{}, err
	}
	found := want.current(all)
	switch {
	case len(found) == 0:
		r := want.result(nil)
		r.Differences, r.Next = want.absent(all)
		return r, nil
	case len(found) > 1:
		r := want.result(&found[0].Destination)
		r.Differences = []string{fmt.Sprintf("endpoint: %d at Stripe are this stack's (%s)", len(found), registeredIDs(found))}
		r.Next = []string{"payhooks connect --roll goes on if a roll began; else disable one in Stripe's dashboard"}
		return r, nil
	}
	r := want.result(&found[0].Destination)
	secrets, err := c.secrets(ctx, want)
	if err != nil {
		return r, err
	}
	r.Differences, r.Next = want.differences(found[0].Destination, secrets, c.secretName(want))
	return r, nil
}

// absent says that there is nothing at Stripe, or only elsewhere.
func (c Connection) absent(all []event.Destination) (differences, next []string) {
	if c.bridge() {
		return []string{"endpoint: no EventBridge destination of Stripe's is this stack's"}, []string{"payhooks connect --eventbridge --yes"}
	}
	style := ""
	if c.Thin {
		style = " --thin"
	}
	differences = []string{"endpoint: none at Stripe has the URL " + c.URL}
	for _, d := range c.moved(all) {
		differences = append(differences, fmt.Sprintf("URL: %s of this stack leads to %s", d.ID, d.URL))
	}
	return differences, []string{"payhooks connect" + style + " --url " + c.URL + " --yes"}
}

// differences compares one destination, and says what ends each difference.
func (c Connection) differences(d event.Destination, secrets []string, secretName string) (found, next []string) {
	for _, change := range c.changes(d) {
		found = append(found, change.found)
	}
	if len(found) > 0 {
		next = append(next, "payhooks connect"+c.flags()+" --yes")
	}
	anew := c.fixed(d)
	if wrong := c.unsigned(d, secrets, secretName); wrong != "" {
		anew = append(anew, wrong)
	}
	if len(anew) > 0 && !c.bridge() {
		next = append(next, "payhooks connect --roll"+c.flags()+" --yes")
	} else if len(anew) > 0 {
		next = append(next, "these are fixed at its creation: delete "+d.ID+" in Stripe's dashboard, then payhooks connect --eventbridge --yes")
	}
	return append(found, append(anew, c.undeployed(d)...)...), next
}

// flags are those that name the connection on a command line.
func (c Connection) flags() string {
	switch {
	case c.bridge() && c.Thin:
		return " --eventbridge --thin"
	case c.bridge():
		return " --eventbridge"
	case c.Thin:
		return " --thin --url " + c.URL
	}
	return " --url " + c.URL
}

// fixed are differences in what Stripe fixes when a destination is created.
func (c Connection) fixed(d event.Destination) (found []string) {
	if !c.Thin && d.Version != c.Version {
		found = append(found, fmt.Sprintf("version: events are rendered in %s, not in %s", none(d.Version), c.Version))
	}
	if d.Thin != c.Thin {
		found = append(found, "style: thin and snapshot events are not the same destination's")
	}
	if d.From != nil && d.Connected() != c.Connected {
		found = append(found, "accounts: "+strings.Join(d.From, ", ")+" is not what the row of "+c.Endpoint+" in Endpoints says")
	}
	if c.bridge() && (d.AWSAccount != c.AWSAccount || d.AWSRegion != c.AWSRegion) {
		found = append(found, fmt.Sprintf("AWS: it goes to account %s in %s, and the stack is in %s in %s", d.AWSAccount, d.AWSRegion, c.AWSAccount, c.AWSRegion))
	}
	return found
}

func none(version string) string {
	if version == "" {
		return "the account's default version"
	}
	return version
}

// unsigned says what is wrong with the secret; empty for nothing.
func (c Connection) unsigned(d event.Destination, secrets []string, name string) string {
	note := d.Notes[noteSecret]
	switch {
	case c.bridge():
		return ""
	case len(secrets) == 0:
		return "secret: " + name + " has no value"
	case note != "" && !slices.ContainsFunc(secrets, func(s string) bool { return fingerprint(s) == note }):
		return "secret: " + name + " does not have the one of " + d.ID
	case registered{d}.unfinished():
		return "secret: that of " + d.ID + " was not stored"
	}
	return ""
}

// undeployed says what a deploy has to change for an EventBridge destination.
func (c Connection) undeployed(d event.Destination) (found []string) {
	if !c.bridge() {
		return nil
	}
	if c.Source != d.PartnerSource() {
		found = append(found, fmt.Sprintf("StripeEventSource: the stack has %s, the destination %s", quoted(c.Source), d.PartnerSource()))
	}
	if d.SourceStatus != "active" {
		found = append(found, "status of the event source: "+d.SourceStatus+"; it is active once the stack with its bus is deployed")
	}
	return found
}

func quoted(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// change is one difference that a call ends.
type change struct {
	found string // the difference
	says  string // what ends it
	do    func(context.Context, event.Destinations) error
}

// changes are the differences that need no new destination.
func (c Connection) changes(d event.Destination) (all []change) {
	missing, more := without(c.Types, d.Types), without(d.Types, c.Types)
	if len(missing)+len(more) > 0 {
		text := ""
		if len(missing) > 0 {
			text += "; not sent: " + strings.Join(missing, ", ")
		}
		if len(more) > 0 {
			text += "; sent and not wanted: " + strings.Join(more, ", ")
		}
		all = append(all, change{"types" + text, fmt.Sprintf("give %s the %d event types of the actions", d.ID, len(c.Types)), func(ctx context.Context, to event.Destinations) error {
			return to.Update(ctx, c.Livemode, d.ID, event.DestinationChange{Types: c.Types})
		}})
	}
	if !d.Enabled {
		reason := ""
		if d.Reason != "" {
			reason = " (" + d.Reason + ")"
		}
		all = append(all, change{"status: disabled at Stripe" + reason, "enable " + d.ID, func(ctx context.Context, to event.Destinations) error {
			return to.Enable(ctx, c.Livemode, d.ID)
		}})
	}
	return all
}
