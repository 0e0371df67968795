package event

import "context"

// Destination is an event destination: where Stripe delivers events to.
type Destination struct {
	ID      string
	Name    string
	Thin    bool     // delivers thin events, else snapshots in Version
	Version string   // of snapshots; empty is the account's at its creation
	Types   []string // as Stripe names them in the payload style
	Enabled bool
	Reason  string // why Stripe disabled it, in Stripe's word
	// From are the accounts whose events are delivered, as @self or @accounts; empty
	// is @self.
	From []string
	// URL of a webhook, or the AWS account and region of an EventBridge destination.
	URL, AWSAccount, AWSRegion string
	// EventSource is the ARN of the partner event source, and SourceStatus pending
	// until a bus is associated with it.
	EventSource, SourceStatus string
	// Secret signs what a new webhook destination delivers. Only the answer to Create
	// has it.
	Secret string
}

// Destinations manages the event destinations of an account. Its errors are those of
// ThinSource. No call can change the secret of a destination.
type Destinations interface {
	// List returns all, in Stripe's order.
	List(ctx context.Context, livemode bool) ([]Destination, error)
	// Create creates one from its Name, Thin, Version, Types, From and either URL or
	// AWSAccount and AWSRegion. A repeat with the same key creates nothing more.
	Create(ctx context.Context, livemode bool, d Destination, key string) (Destination, error)
	// Ping asks Stripe to deliver a ping to it and returns the ping's event id.
	Ping(ctx context.Context, livemode bool, id string) (eventID string, err error)
	// Disable stops its deliveries. One that is disabled stays so.
	Disable(ctx context.Context, livemode bool, id string) error
}
