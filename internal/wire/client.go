// Package wire calls AWS services that speak JSON or the query protocol, signed and repeated
// as the SDK does it, without the SDK's clients: a process that starts for one request has
// neither time nor memory for their middleware, and a first start has to compile them. It
// uses the SDK's configuration, its signer, and its rules of what is repeated and when.
package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithytime "github.com/aws/smithy-go/time"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/payhooks/payhooks/internal/outcome"
)

// Client calls one service. Fill in the fields; safe for concurrent use.
type Client struct {
	// Service is the name that signatures and host names have: dynamodb. Where the two differ,
	// hosts or signatures has the other.
	Service string
	// Config has region and credentials, BaseEndpoint for another address than AWS's, and
	// HTTPClient for another transport than that of all clients, and Retryer.
	Config aws.Config
	// Retryer says what is repeated; New sets the SDK's standard.
	Retryer aws.Retryer
	// JSONVersion is that of the service's protocol, for JSON; New sets 1.1.
	JSONVersion string
	// Typed, if set, gives the error that a JSON service answered its type.
	Typed func(e *smithy.GenericAPIError, body []byte) error
	// Now is the clock of signatures.
	Now func() time.Time
	// Tried, if set, is called after each try, with its error.
	Tried func(ctx context.Context, in, out any, err error)

	endpoint  string
	region    error // why it cannot be used
	signer    *v4.Signer
	transport http.RoundTripper
	once      bool
}

// Call is one operation of a service.
type Call struct {
	Operation string // for errors
	Method    string // empty for POST
	Path      string // with the query, escaped; empty for that of services that have only one
	Header    http.Header
	Body      []byte
	// Answer reads what the service answered, whatever its status.
	Answer func(*smithyhttp.Response) error
	// In and Out are what Tried gets.
	In, Out any
}

// New returns a client. It makes no request.
func New(service string, cfg aws.Config, now func() time.Time) *Client {
	c := &Client{Service: service, Config: cfg, Now: now, JSONVersion: "1.1", Retryer: retryer(cfg), signer: v4.NewSigner(), transport: shared}
	switch h := cfg.HTTPClient.(type) {
	case *http.Client:
		if h.Transport != nil {
			c.transport = h.Transport
		}
	case interface{ GetTransport() *http.Transport }: // the SDK's, which knows AWS_CA_BUNDLE
		c.transport = h.GetTransport()
	case aws.HTTPClient:
		c.transport = doing{h}
	}
	c.endpoint, c.region = c.address(), checkRegion(cfg.Region)
	return c
}

// doing makes a transport of what makes requests.
type doing struct{ aws.HTTPClient }

// RoundTrip implements http.RoundTripper.
func (d doing) RoundTrip(req *http.Request) (*http.Response, error) { return d.Do(req) }

// Once returns a client for effects: a call is one request, which nothing repeats, since one
// whose reply was lost may have had its effect. Each has its own connection.
func Once(service string, cfg aws.Config, now func() time.Time) *Client {
	c := New(service, cfg, now)
	c.Retryer, c.transport, c.once = aws.NopRetryer{}, outcome.HTTP().GetTransport(), true
	return c
}

// checkRegion is the error of a region that cannot be a part of a host's name.
func checkRegion(name string) error {
	switch {
	case name == "":
		return &aws.MissingRegionError{}
	case strings.Trim(name, regionLetters) != "":
		return fmt.Errorf("%q is not the name of a region", name)
	}
	return nil
}

const regionLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

// Do makes a call, and repeats it as the retryer says.
func (c *Client) Do(ctx context.Context, call *Call) error {
	if c.region != nil {
		return c.failed(call, c.region)
	}
	creds, err := c.Config.Credentials.Retrieve(ctx)
	if err != nil {
		return c.failed(call, fmt.Errorf("get identity: get credentials: %w", err))
	}
	release := nothing // gives a repeat's cost back to the budget, if it succeeds
	for n := 1; ; n++ {
		attempted := c.attempt(ctx)
		err = c.try(ctx, call, creds)
		_, _ = release(err), attempted(err) // the budget's own error is met when it is asked
		if c.Tried != nil {
			c.Tried(ctx, call.In, call.Out, err)
		}
		if err == nil {
			return nil
		}
		err = c.failed(call, err)
		if n >= c.Retryer.MaxAttempts() || !c.Retryer.IsErrorRetryable(err) || ctx.Err() != nil {
			return err
		}
		token, failed := c.Retryer.GetRetryToken(ctx, err)
		delay, wrong := c.Retryer.RetryDelay(n, err)
		if failed != nil || wrong != nil || smithytime.SleepWithContext(ctx, delay) != nil {
			return err
		}
		release = token
	}
}

func nothing(error) error { return nil }

// failed names the call in its error, as the SDK does.
func (c *Client) failed(call *Call, err error) error {
	return &smithy.OperationError{ServiceID: c.name(), OperationName: call.Operation, Err: err}
}

// attempt returns what a try that succeeds adds to the budget of repeats.
func (c *Client) attempt(ctx context.Context) func(error) error {
	if r, ok := c.Retryer.(aws.RetryerV2); ok {
		if succeeded, err := r.GetAttemptToken(ctx); err == nil {
			return succeeded
		}
	}
	return nothing
}

// try sends the call once.
func (c *Client) try(ctx context.Context, call *Call, creds aws.Credentials) error {
	res, err := c.send(ctx, call, creds)
	switch {
	case err != nil && ctx.Err() != nil:
		return &aws.RequestCanceledError{Err: err}
	case err != nil:
		return err
	}
	return call.Answer(res)
}

// Failed is the error of an answer that is one, with the id that AWS's support asks for.
func Failed(res *smithyhttp.Response, err error) error {
	return &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{Response: res, Err: err}, RequestID: res.Header.Get("X-Amzn-Requestid"),
	}
}

// answered is a response whose body is read.
func answered(res *http.Response, body []byte) *smithyhttp.Response {
	res.Body = io.NopCloser(bytes.NewReader(body))
	return &smithyhttp.Response{Response: res}
}
