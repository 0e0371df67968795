// Package webhook is the edge's knowledge of what Stripe sends: how a request
// is signed, what an event looks like, and how much of it is accepted.
package webhook

import "time"

// The limits of the edge. Each is far above what Stripe sends and below what
// the services behind can take.
const (
	// MaxBody is the largest body that is looked at. A Lambda event is at most
	// 6 MiB as base64 or escaped JSON, which can double a body, and a DynamoDB
	// item is at most 400 KB after compression. Stripe's largest events, with
	// hundreds of invoice lines, are a few hundred kilobytes.
	MaxBody = 2 << 20
	// MaxHeader is the longest Stripe-Signature header that is parsed:
	// MaxSignatures entries of 68 bytes and a timestamp fit. API Gateway ends
	// at 10,240 bytes for the request line and all headers together.
	MaxHeader = 2048
	// MaxSignatures is how many signatures of any scheme one header may hold.
	// Stripe sends one for each active secret of the endpoint, two while one
	// is rolled, and a v0 in test mode.
	MaxSignatures = 16
	// Tolerance is how far a signature's time may be from ours, both ways: the
	// default of Stripe's own libraries, which look at the past only.
	Tolerance = 300 * time.Second
	// MaxDepth is how deep JSON may nest: the limit of encoding/json, so that
	// what is stored can be decoded and nothing decodable is refused.
	MaxDepth = 10000
	// MaxID is the longest event id; Stripe promises at most 255 characters.
	MaxID = 255
	// MaxType is the longest event type: EventBridge's limit for a detail-type.
	MaxType = 128
	// MaxFact is the first length of a fact that no index takes: a DynamoDB
	// sort key ends at 1,024 bytes.
	MaxFact = 1024
	// maxCreated is the last second of the year 9999; later times have no
	// fixed-width form.
	maxCreated = 253402300799
)
