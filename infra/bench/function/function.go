// Package function measures what a webhook costs the function that takes it: CPU time and
// memory of the real binary under a Runtime API, cold and warm, compared with what a team would
// write instead. The services that it calls answer over TLS at once.
package function

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/infra/gobuild"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Row is one function's figures, medians of its runs.
type Row struct {
	Name     string  `json:"name"`
	ColdMS   float64 `json:"cold_ms"`   // CPU from exec to the first answer
	FirstMS  float64 `json:"first_ms"`  // from the first event to its answer
	ShareMS  float64 `json:"share_ms"`  // the same with the CPU of 256 MB
	WarmUS   float64 `json:"warm_us"`   // CPU of a webhook
	MemoryMB float64 `json:"memory_mb"` // held after the warm ones
	BinaryMB float64 `json:"binary_mb"`
}

// subject is a function to measure.
type subject struct {
	name, pkg string
	env       []string
}

var subjects = []subject{
	{"idiomatic, secret in the environment", "./infra/bench/function/idiomatic", []string{"SECRET=" + secret}},
	{"idiomatic, secret from Secrets Manager", "./infra/bench/function/idiomatic", []string{"SECRET=manager"}},
	{"functions/ingest", "./functions/ingest", nil},
}

// surroundings are the variables of template.yaml.
var surroundings = []string{"STACK=bench", "RETENTION_DAYS=400", "ENDPOINTS=default=test", "RELEASE=", "OWN_ACCOUNT=", "STRIPE_ADDRESSES=off"}

// Measure runs each function cold so many times, and then warm for so many webhooks.
func Measure(ctx context.Context, dir string, runs, warm int) (rows []Row, err error) {
	temp, err := os.MkdirTemp("", "payhooks-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	now := make(chan struct{})
	close(now)
	srv, env, err := service(temp, now)
	if err != nil {
		return nil, err
	}
	defer srv.Close()
	env = append(env, surroundings...)
	for _, s := range subjects {
		binary := filepath.Join(temp, filepath.Base(s.pkg))
		if err := compile(ctx, dir, s.pkg, binary); err != nil {
			return nil, err
		}
		m := &measured{binary: binary, env: append(slices.Clone(env), s.env...)}
		row, err := m.row(ctx, runs, warm)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		row.Name = s.name
		rows = append(rows, row)
	}
	return rows, nil
}

// compile builds as sam build does.
func compile(ctx context.Context, dir, pkg, to string) error {
	args := append(append([]string{"build"}, gobuild.Flags...), "-o", to, pkg)
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // packages of this module
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", pkg, err, out)
	}
	return nil
}

// measured is one function.
type measured struct {
	binary string
	env    []string
	posted int
}

func (m *measured) row(ctx context.Context, runs, warm int) (Row, error) {
	var cold, first, share []float64
	for range runs {
		used, took, err := m.cold(ctx, 0)
		if err != nil {
			return Row{}, err
		}
		_, slow, err := m.cold(ctx, 256)
		if err != nil {
			return Row{}, err
		}
		cold, first, share = append(cold, ms(used)), append(first, ms(took)), append(share, ms(slow))
	}
	row := Row{ColdMS: median(cold), FirstMS: median(first), ShareMS: median(share)}
	info, err := os.Stat(m.binary)
	if err != nil {
		return row, err
	}
	row.BinaryMB = float64(info.Size()) / 1e6
	return row, m.warm(ctx, &row, warm)
}

// cold starts the function and has it answer one webhook. With a share it has the CPU of so
// many megabytes from the event on: Lambda gives an init all that there is.
func (m *measured) cold(ctx context.Context, share int) (used, took time.Duration, err error) {
	p, err := start(ctx, m.binary, "512", m.env)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	time.Sleep(20 * time.Millisecond) // what init left to do is done
	event := m.event()
	if share > 0 {
		defer p.throttle(share)()
	}
	began := time.Now()
	if err := p.invoke(ctx, event); err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	used, err = p.cpu()
	return used, took, err
}

func (m *measured) warm(ctx context.Context, row *Row, n int) (err error) {
	p, err := start(ctx, m.binary, "512", m.env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	var before time.Duration
	for i := range n + n/10 {
		if i == n/10 {
			if before, err = p.cpu(); err != nil {
				return err
			}
		}
		if err := p.invoke(ctx, m.event()); err != nil {
			return err
		}
	}
	after, err := p.cpu()
	row.WarmUS = float64((after - before).Microseconds()) / float64(n)
	if err != nil {
		return err
	}
	held, err := p.memory()
	row.MemoryMB = float64(held) / 1e6
	return err
}

// event is a new webhook of 5.4 KB as API Gateway hands it over.
func (m *measured) event() []byte {
	m.posted++
	now := time.Now()
	object := stripetest.Object{"id": fmt.Sprint("ch_", m.posted), "object": "charge", "amount": 2000, "currency": "eur", "metadata": map[string]any{}}
	for i := range 58 {
		object[fmt.Sprint("member_", i)] = fmt.Sprintf("a value of an event's object, number %032d", i)
	}
	body := stripetest.Event{ID: fmt.Sprintf("evt_%024d", m.posted), Type: "charge.succeeded", Version: stripetest.Older, Created: now, Object: object}.Body()
	req := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "ANY /webhooks/{endpoint}", RawPath: "/webhooks/default", Body: string(body),
		Headers:        map[string]string{"stripe-signature": webhook.Sign(body, secret, now), "content-type": "application/json; charset=utf-8", "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
		PathParameters: map[string]string{"endpoint": "default"},
	}
	req.RequestContext.HTTP.Method, req.RequestContext.HTTP.SourceIP, req.RequestContext.RequestID = "POST", "3.18.12.63", fmt.Sprint("request-", m.posted)
	payload, err := json.Marshal(req)
	if err != nil {
		panic(err) // cannot be
	}
	return payload
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
