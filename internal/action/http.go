package action

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/outcome"
)

// HTTPClient calls another service from inside Outside: one request, never repeated. Its
// errors are verdicts on the effect. A service that was not reached did not do it, and
// the schedule tries again; so does one that answers 429, after its Retry-After; any
// other 4xx parks; a 5xx, a redirect and a lost reply leave the outcome unknown, unless
// the effect is AtLeastOnce. Safe for concurrent use.
type HTTPClient struct {
	Service string        // its name in errors
	Timeout time.Duration // of one request; 0 is 10 seconds
	Header  http.Header   // of every request
	// Bearer, if set, returns the token of the header Authorization for each request, as
	// secret.Value.Get does. While there is none, nothing is sent: one that is not
	// configured parks, one that cannot be read now is retried.
	Bearer func(context.Context) (string, error)

	http outcome.Doer
}

const (
	httpTimeout = 10 * time.Second
	// maxReply is how much of a reply is read.
	maxReply = 1 << 20
)

// NewHTTPClient returns a client of the service.
func NewHTTPClient(service string) *HTTPClient {
	return &HTTPClient{Service: service, http: &http.Client{
		Transport: outcome.HTTP().GetTransport(),
		// A second request could repeat the effect.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// PostJSON posts in as JSON and reads the reply into out unless that is nil. A reply that
// cannot be read is no error: the effect happened.
func (c *HTTPClient) PostJSON(ctx context.Context, url string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return Permanent(fmt.Errorf("call %s: %w", c.Service, err))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Permanent(fmt.Errorf("call %s: its address cannot be used", c.Service)) // which may be a secret
	}
	req.Header.Set("Content-Type", "application/json")
	return c.Do(req, out)
}

// Do sends a request; see PostJSON.
func (c *HTTPClient) Do(req *http.Request, out any) error {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = httpTimeout
	}
	ctx, cancel := context.WithTimeout(req.Context(), timeout)
	defer cancel()
	req = req.WithContext(ctx)
	for name, values := range c.Header {
		req.Header[name] = values
	}
	if err := c.authorize(req); err != nil {
		return err
	}
	ctx, connected := outcome.Watch(ctx)
	res, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		return outcome.Failed(c.Service, err, connected()).Err("call", nil)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode/100 != 2 {
		return c.refused(res)
	}
	if out == nil {
		return nil
	}
	reply, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err == nil {
		_ = json.Unmarshal(reply, out) // it happened, whatever it says
	}
	return nil
}

// authorize sets the token. Without one nothing was sent yet.
func (c *HTTPClient) authorize(req *http.Request) error {
	if c.Bearer == nil {
		return nil
	}
	token, err := c.Bearer(req.Context())
	token = strings.TrimSpace(token)
	switch {
	case errors.Is(err, event.ErrNotConfigured):
		return Permanent(fmt.Errorf("call %s: %w", c.Service, err))
	case err != nil:
		return NotSent(fmt.Errorf("call %s: %w", c.Service, err))
	case token == "":
		return Permanent(fmt.Errorf("call %s: its token is empty: %w", c.Service, event.ErrNotConfigured))
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

// refused is the verdict on an answer that is not 2xx.
func (c *HTTPClient) refused(res *http.Response) error {
	err := outcome.Answered(c.Service, res.StatusCode, "").Err("call", nil)
	if seconds, bad := strconv.Atoi(strings.TrimSpace(res.Header.Get("Retry-After"))); errors.Is(err, event.ErrThrottled) && bad == nil && seconds > 0 {
		return RetryAfter(err, min(time.Duration(seconds)*time.Second, time.Hour))
	}
	return err
}
