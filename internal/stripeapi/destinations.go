package stripeapi

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var _ event.Destinations = Destinations{}

// Destinations are the event destinations of the key's account.
type Destinations struct{ Client *Client }

const destinations = "/v2/core/event_destinations"

// maxPages bounds a list of destinations: an account has at most 16.
const maxPages = 20

// List implements event.Destinations.
func (d Destinations) List(ctx context.Context, livemode bool) (all []event.Destination, err error) {
	const what = "list event destinations"
	r := raw{livemode: livemode, version: ThinVersion, path: destinations + "?" + url.Values{"limit": {"100"}, "include[0]": {"webhook_endpoint.url"}}.Encode()}
	for range maxPages {
		p, err := d.Client.page(ctx, r)
		if err != nil {
			return nil, ReadError(what, err)
		}
		for _, body := range p.Data {
			one, err := readDestination(body)
			if err != nil {
				return nil, ReadError(what, err)
			}
			all = append(all, one)
		}
		if p.Next == "" {
			return all, nil
		}
		if r.path, err = d.Client.pagePath(p.Next, destinations); err != nil {
			return nil, ReadError(what, err)
		}
	}
	return nil, ReadError(what, &plain{errNotStripes, "the list does not end"})
}

// Create implements event.Destinations.
func (d Destinations) Create(ctx context.Context, livemode bool, of event.Destination, key string) (event.Destination, error) {
	const what = "create an event destination"
	r := raw{livemode: livemode, version: ThinVersion, path: destinations, post: creation(of), key: key}
	body, err := d.Client.callPatiently(ctx, r)
	if err != nil && refused(err) == nil && key != "" && ctx.Err() == nil {
		body, err = d.Client.callPatiently(ctx, r) // the reply may be lost: the key makes it the same request
	}
	if err != nil {
		return event.Destination{}, ReadError(what, err)
	}
	made, err := readDestination(body)
	if err != nil {
		return event.Destination{}, ReadError(what, err)
	}
	return made, nil
}

// Ping implements event.Destinations.
func (d Destinations) Ping(ctx context.Context, livemode bool, id string) (eventID string, err error) {
	body, err := d.command(ctx, livemode, id, "ping")
	if err != nil {
		return "", err
	}
	var ping struct{ ID string }
	if json.Unmarshal(body, &ping) != nil || ping.ID == "" {
		return "", ReadError("ping event destination "+id, &plain{errNotStripes, "its answer is not an event"})
	}
	return ping.ID, nil
}

// Enable implements event.Destinations.
func (d Destinations) Enable(ctx context.Context, livemode bool, id string) error {
	_, err := d.command(ctx, livemode, id, "enable")
	return err
}

// Disable implements event.Destinations.
func (d Destinations) Disable(ctx context.Context, livemode bool, id string) error {
	_, err := d.command(ctx, livemode, id, "disable")
	return err
}

// Update implements event.Destinations.
func (d Destinations) Update(ctx context.Context, livemode bool, id string, change event.DestinationChange) error {
	members := map[string]any{}
	if len(change.Types) > 0 {
		members["enabled_events"] = change.Types
	}
	if len(change.Notes) > 0 {
		notes := map[string]any{}
		for name, text := range change.Notes {
			if notes[name] = text; text == "" {
				notes[name] = nil // removes it
			}
		}
		members["metadata"] = notes
	}
	_, err := d.post(ctx, livemode, id, "", members)
	return err
}

func (d Destinations) command(ctx context.Context, livemode bool, id, verb string) ([]byte, error) {
	return d.post(ctx, livemode, id, verb, struct{}{})
}

// post sends a command to a destination, or without one a change.
func (d Destinations) post(ctx context.Context, livemode bool, id, verb string, members any) ([]byte, error) {
	what := cmp.Or(verb, "update")
	if err := objectID(id); err != nil {
		return nil, ReadError(what+" an event destination", err)
	}
	path := destinations + "/" + url.PathEscape(id)
	if verb != "" {
		path += "/" + verb
	}
	body, err := d.Client.callPatiently(ctx, raw{livemode: livemode, version: ThinVersion, path: path, post: members})
	if err != nil {
		return nil, ReadError(what+" event destination "+id, err)
	}
	return body, nil
}

// destination has the members that a destination is created with, and is read with.
type destination struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Payload string   `json:"event_payload"`
	Types   []string `json:"enabled_events"`
	From    []string `json:"events_from,omitempty"`
	Version string   `json:"snapshot_api_version,omitempty"`
	Include []string `json:"include,omitempty"`

	Notes   map[string]string `json:"metadata,omitempty"`
	Webhook *webhook          `json:"webhook_endpoint,omitempty"`
	Bridge  *bridge           `json:"amazon_eventbridge,omitempty"`
}

type webhook struct {
	URL    string `json:"url"`
	Secret string `json:"signing_secret,omitempty"`
}

type bridge struct {
	Account string `json:"aws_account_id"`
	Region  string `json:"aws_region"`
	Source  string `json:"aws_event_source_arn,omitempty"`
	Status  string `json:"aws_event_source_status,omitempty"`
}

func creation(of event.Destination) destination {
	c := destination{Name: of.Name, Payload: "snapshot", Types: of.Types, From: of.From, Version: of.Version, Notes: of.Notes}
	if of.Thin {
		c.Payload, c.Version = "thin", ""
	}
	if of.AWSAccount != "" {
		c.Type, c.Bridge = "amazon_eventbridge", &bridge{Account: of.AWSAccount, Region: of.AWSRegion}
		return c
	}
	c.Type, c.Webhook = "webhook_endpoint", &webhook{URL: of.URL}
	c.Include = []string{"webhook_endpoint.url", "webhook_endpoint.signing_secret"} // Stripe hides both otherwise
	return c
}

// readDestination reads a destination as Stripe sends it.
func readDestination(body []byte) (event.Destination, error) {
	var d struct {
		destination
		ID      string    `json:"id"`
		Created time.Time `json:"created"`
		Status  string    `json:"status"`
		Details struct {
			Disabled struct {
				Reason string `json:"reason"`
			} `json:"disabled"`
		} `json:"status_details"`
	}
	if json.Unmarshal(body, &d) != nil || d.ID == "" {
		return event.Destination{}, &plain{errNotStripes, "its answer is not an event destination"}
	}
	read := event.Destination{
		ID: d.ID, Name: d.Name, Thin: d.Payload == "thin", Version: d.Version, Types: d.Types,
		Enabled: d.Status == "enabled", Reason: d.Details.Disabled.Reason, From: sources(d.From),
		Notes: d.Notes, Created: d.Created,
	}
	if d.Webhook != nil {
		read.URL, read.Secret = d.Webhook.URL, d.Webhook.Secret
	}
	if d.Bridge != nil {
		read.AWSAccount, read.AWSRegion = d.Bridge.Account, d.Bridge.Region
		read.EventSource, read.SourceStatus = d.Bridge.Source, d.Bridge.Status
	}
	return read, nil
}

// sources returns events_from in the words of today. Until March 2026 they had no @.
func sources(from []string) (all []string) {
	for _, f := range from {
		switch f {
		case "self":
			f = "@self"
		case "other_accounts":
			f = "@accounts"
		}
		all = append(all, strings.TrimSpace(f))
	}
	return all
}
