package lambdacall

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/httpbinding"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/payhooks/payhooks/internal/wire"
)

// Client calls Lambda: operations have the names, and what they return the members, that AWS
// gives them, as far as payhooks reads them. Safe for concurrent use.
type Client struct{ Wire *wire.Client }

// New returns a client. It makes no request.
func New(cfg aws.Config, now func() time.Time) *Client {
	return &Client{wire.New("lambda", cfg, now)}
}

// path is a function's.
func path(name string) string { return "/2015-03-31/functions/" + httpbinding.EscapePath(name, true) }

// Invoke waits for what a function returns; failed if that is its error.
func (c *Client) Invoke(ctx context.Context, name string, payload []byte) (answer []byte, failed bool, err error) {
	err = c.Wire.Do(ctx, &wire.Call{
		Operation: "Invoke", Path: path(name) + "/invocations", Body: payload, Header: http.Header{"Content-Type": {"application/octet-stream"}},
		Answer: func(res *smithyhttp.Response) (err error) {
			if answer, err = io.ReadAll(res.Body); err != nil {
				return err
			}
			if res.StatusCode >= http.StatusMultipleChoices {
				return wire.Failed(res, c.Wire.Failure(res, answer))
			}
			failed = res.Header.Get("X-Amz-Function-Error") != ""
			return nil
		},
	})
	return answer, failed, err
}

// AccountLimit is how many functions of the account may run at once.
type AccountLimit struct{ ConcurrentExecutions, UnreservedConcurrentExecutions int }

// GetAccountSettings reads the account's limits.
func (c *Client) GetAccountSettings(ctx context.Context) (AccountLimit, error) {
	var out struct{ AccountLimit AccountLimit }
	err := c.Wire.Get(ctx, "GetAccountSettings", "/2016-08-19/account-settings", &out)
	return out.AccountLimit, err
}

// States of a function and of its last update.
const (
	StateActive   = "Active"
	StateInactive = "Inactive"
	StatePending  = "Pending"
	StateFailed   = "Failed"

	LastUpdateFailed = "Failed"
)

// Configuration is how a function is set up.
type Configuration struct {
	State, StateReason                       string
	LastUpdateStatus, LastUpdateStatusReason string
	Environment                              struct{ Variables map[string]string }
}

// GetFunctionConfiguration reads a function's.
func (c *Client) GetFunctionConfiguration(ctx context.Context, name string) (out Configuration, err error) {
	err = c.Wire.Get(ctx, "GetFunctionConfiguration", path(name)+"/configuration", &out)
	return out, err
}

// Mapping has Lambda poll a queue or a stream for a function.
type Mapping struct{ UUID, EventSourceArn, State string }

// ListEventSourceMappings lists all mappings of a source, or with an empty one of all sources.
func (c *Client) ListEventSourceMappings(ctx context.Context, source string) (all []Mapping, err error) {
	query := url.Values{}
	if source != "" {
		query.Set("EventSourceArn", source)
	}
	for {
		path := "/2015-03-31/event-source-mappings"
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		var page struct {
			EventSourceMappings []Mapping
			NextMarker          string
		}
		if err := c.Wire.Get(ctx, "ListEventSourceMappings", path, &page); err != nil {
			return nil, err
		}
		if all = append(all, page.EventSourceMappings...); page.NextMarker == "" {
			return all, nil
		}
		query.Set("Marker", page.NextMarker)
	}
}

// Polled reports whether a mapping has the source polled.
func (c *Client) Polled(ctx context.Context, source string) (bool, error) {
	all, err := c.ListEventSourceMappings(ctx, source)
	for _, m := range all {
		if m.State != "Disabled" && m.State != "Disabling" {
			return true, err
		}
	}
	return false, err
}
