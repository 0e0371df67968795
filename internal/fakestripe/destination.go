package fakestripe

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// asked is what a destination is created from.
type asked struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Type        string            `json:"type"`
	Payload     string            `json:"event_payload"`
	Types       []string          `json:"enabled_events"`
	From        []string          `json:"events_from"`
	Version     *string           `json:"snapshot_api_version"`
	Metadata    map[string]string `json:"metadata"`
	Include     []string          `json:"include"`
	Webhook     *struct {
		URL string `json:"url"`
	} `json:"webhook_endpoint"`
	Bridge *struct {
		Account string `json:"aws_account_id"`
		Region  string `json:"aws_region"`
	} `json:"amazon_eventbridge"`
}

// check refuses what Stripe does.
func (d asked) check(livemode bool) *failure {
	thin := d.Payload == "thin"
	switch {
	case d.Name == "":
		return bad("name", "Missing required field: name.")
	case !thin && d.Payload != "snapshot":
		return bad("event_payload", "event_payload: expected snapshot or thin.")
	case len(d.Types) == 0:
		return bad("enabled_events", "Missing required field: enabled_events.")
	case thin && d.Version != nil:
		return bad("snapshot_api_version", "snapshot_api_version: a thin event has no version.")
	case d.Type == "webhook_endpoint" && (d.Webhook == nil || d.Webhook.URL == ""):
		return bad("webhook_endpoint", "Missing required field: webhook_endpoint.url.")
	case d.Type == "webhook_endpoint" && livemode && !strings.HasPrefix(d.Webhook.URL, "https://"):
		return bad("webhook_endpoint", "webhook_endpoint.url: live mode needs HTTPS.")
	case d.Type == "amazon_eventbridge" && (d.Bridge == nil || d.Bridge.Account == "" || d.Bridge.Region == ""):
		return bad("amazon_eventbridge", "Missing required fields: amazon_eventbridge.aws_account_id, aws_region.")
	case d.Type != "webhook_endpoint" && d.Type != "amazon_eventbridge":
		return bad("type", "type: expected webhook_endpoint or amazon_eventbridge.")
	}
	for _, kind := range d.Types {
		if _, known := thinTypes()[kind]; thin && !known {
			return bad("enabled_events", fmt.Sprintf("enabled_events: %s is not a type of thin events.", kind))
		}
	}
	from := []string{"@self", "@accounts", "@organization_members", "@organization_members/@accounts", "self", "other_accounts"}
	if slices.ContainsFunc(d.From, func(f string) bool { return !slices.Contains(from, f) }) {
		return bad("events_from", "events_from: unknown value.")
	}
	return nil
}

// newDestination makes the object. Members that begin with an underscore are shown
// on certain requests only, or not at all.
func (a *API) newDestination(v view, d asked, key, digest string) (*entry, error) {
	a.mu.RLock()
	id := longID("ed", "1", fmt.Sprintf("%s %s %d", v.Text(), d.Name, a.seq), v.Livemode)
	a.mu.RUnlock()
	at := a.clock().UTC().Format(isoTime)
	if d.From == nil {
		d.From = []string{"@self"}
	}
	members := map[string]any{
		"id": id, "object": destinationKind, "name": d.Name, "description": d.Description, "type": d.Type, "event_payload": d.Payload,
		"enabled_events": d.Types, "events_from": d.From, "metadata": d.Metadata, "livemode": v.Livemode, "status": "enabled", "status_details": nil,
		"created": at, "updated": at, "snapshot_api_version": d.Version, "_key": key, "_digest": digest,
	}
	if d.Webhook != nil {
		members["webhook_endpoint"], members["_url"] = nil, d.Webhook.URL
		members["_signing_secret"] = signingSecret(id)
	}
	if d.Bridge != nil {
		members["amazon_eventbridge"] = map[string]any{
			"aws_account_id": d.Bridge.Account, "aws_region": d.Bridge.Region, "aws_event_source_status": "pending",
			"aws_event_source_arn": "arn:aws:events:" + d.Bridge.Region + "::event-source/aws.partner/stripe.com/" + id,
		}
	}
	data, err := encode(members)
	if err != nil {
		return nil, err
	}
	return read(Object{Account: v.Account, Data: data})
}

// switched is the destination enabled or disabled.
func (e *entry) switched(on bool, at time.Time) (*entry, error) {
	var members map[string]any
	if err := json.Unmarshal(e.Data, &members); err != nil {
		return nil, fmt.Errorf("read destination %s: %w", e.id, err)
	}
	members["status"], members["status_details"], members["updated"] = "enabled", nil, at.UTC().Format(isoTime)
	if !on {
		members["status"], members["status_details"] = "disabled", map[string]any{"disabled": map[string]any{"reason": "user"}}
	}
	data, err := encode(members)
	if err != nil {
		return nil, err
	}
	return read(Object{Account: e.Account, Data: data})
}

// changeDestination changes its types and metadata.
func (a *API) changeDestination(w http.ResponseWriter, r *http.Request, e *entry) *failure {
	var asked struct {
		Types    []string           `json:"enabled_events"`
		Metadata map[string]*string `json:"metadata"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&asked); err != nil {
		return bad("", "expected a JSON object")
	}
	changed := map[string]any{"updated": a.clock().UTC().Format(isoTime)}
	if asked.Types != nil {
		for _, kind := range asked.Types {
			if _, known := thinTypes()[kind]; text(e.members["event_payload"]) == "thin" && !known {
				return bad("enabled_events", fmt.Sprintf("enabled_events: %s is not a type of thin events.", kind))
			}
		}
		changed["enabled_events"] = asked.Types
	}
	metadata := e.metadata()
	for name, value := range asked.Metadata {
		if delete(metadata, name); value != nil {
			metadata[name] = *value
		}
	}
	changed["metadata"] = metadata
	next, err := e.with(changed)
	if err == nil {
		err = a.store([]*entry{next})
	}
	if err != nil {
		return bad("", err.Error())
	}
	return answer(w, a.show(next, nil))
}

// show is a destination as it is served: its event source is active as soon as a bus is
// associated with it.
func (a *API) show(e *entry, included []string) map[string]json.RawMessage {
	shown := showDestination(e, included)
	var bridge map[string]string
	if json.Unmarshal(shown["amazon_eventbridge"], &bridge) == nil && a.HasBus != nil && a.HasBus(sourceOf(bridge["aws_event_source_arn"])) {
		bridge["aws_event_source_status"] = "active"
		shown["amazon_eventbridge"], _ = json.Marshal(bridge)
	}
	return shown
}

// sourceOf is the name of the event source of an ARN.
func sourceOf(arn string) string {
	_, name, _ := strings.Cut(arn, ":event-source/")
	return name
}
