package event

import (
	"context"
	"strings"
	"time"
)

// Destination is an event destination: where Stripe delivers events to. A classic
// webhook endpoint is one, too.
type Destination struct {
	ID      string
	Name    string
	Thin    bool     // delivers thin events, else snapshots in Version
	Version string   // of snapshots; empty is the account's at its creation
	Types   []string // as Stripe names them in the payload style
	Enabled bool
	Reason  string // why Stripe disabled it, in Stripe's word
	// From are the accounts whose events are delivered, as @self or @accounts; empty
	// is @self, and for a classic endpoint unknown but when it is created.
	From []string
	// URL of a webhook, or the AWS account and region of an EventBridge destination.
	URL, AWSAccount, AWSRegion string
	// EventSource is the ARN of the partner event source, and SourceStatus pending
	// until a bus is associated with it.
	EventSource, SourceStatus string
	// Secret signs what a new webhook destination delivers. Only the answer to Create
	// has it.
	Secret string
	// Notes are texts under names of ours that Stripe keeps with the destination.
	Notes   map[string]string
	Created time.Time
}

// Connected reports whether it delivers the events of connected accounts.
func (d Destination) Connected() bool {
	for _, from := range d.From {
		if from == FromAccounts {
			return true
		}
	}
	return false
}

// FromAccounts is the source of a destination for the events of connected accounts.
const FromAccounts = "@accounts"

// DestinationChange is what Update changes; what is empty stays.
type DestinationChange struct {
	Types []string
	Notes map[string]string // those that are named; an empty text removes one
}

// Destinations manages the event destinations of an account. Its errors are those of
// ThinSource. No call can change the secret of a destination.
type Destinations interface {
	// List returns all, in Stripe's order.
	List(ctx context.Context, livemode bool) ([]Destination, error)
	// Create creates one from its Name, Thin, Version, Types, From, Notes and either URL
	// or AWSAccount and AWSRegion. A repeat with the same key creates nothing more.
	Create(ctx context.Context, livemode bool, d Destination, key string) (Destination, error)
	Update(ctx context.Context, livemode bool, id string, change DestinationChange) error
	// Enable begins its deliveries again, Disable stops them. One that is so already
	// stays so.
	Enable(ctx context.Context, livemode bool, id string) error
	Disable(ctx context.Context, livemode bool, id string) error
	// Ping asks Stripe to deliver a ping to it and returns the ping's event id.
	// ErrInvalid for a classic endpoint, which takes none.
	Ping(ctx context.Context, livemode bool, id string) (eventID string, err error)
}

// PartnerSource is the name of the partner event source; empty for a webhook.
func (d Destination) PartnerSource() string {
	_, name, _ := strings.Cut(d.EventSource, ":event-source/")
	return name
}

// SourceGone reports whether AWS deleted the event source: then the destination
// never works again.
func (d Destination) SourceGone() bool {
	return d.SourceStatus == "deleted" || d.Reason == "no_aws_event_source_exists"
}
