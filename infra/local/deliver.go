package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/payhooks/payhooks/infra/local/template"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/webhook"
)

// sender delivers what fake Stripe has for endpoints, as Stripe does: signed anew at
// each attempt, some attempts, in no order.
type sender struct {
	of     *FakeStripe
	client *http.Client
	ctx    context.Context //nolint:containedctx // of all deliveries, until stop
	cancel context.CancelFunc
	mu     sync.Mutex // the group takes nothing after stop
	under  sync.WaitGroup
}

// pauses are the waits between the attempts of a delivery.
var pauses = []time.Duration{0, 2 * time.Second, 5 * time.Second, 10 * time.Second}

func (s *sender) start(of *FakeStripe) {
	s.of, s.client = of, &http.Client{
		Timeout: 20 * time.Second, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
}

func (s *sender) stop() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.under.Wait()
	s.client.CloseIdleConnections()
}

// send is the Deliver of fake Stripe.
func (s *sender) send(d fakestripe.Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	s.under.Go(func() {
		if err := s.deliver(d); err != nil && s.ctx.Err() == nil {
			s.of.Log.Warn("fake Stripe could not deliver an event", "type", d.Type, "error", err)
		}
	})
}

func (s *sender) deliver(d fakestripe.Delivery) (err error) {
	for _, pause := range pauses {
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case <-time.After(pause):
		}
		if err = s.attempt(d); err == nil {
			return nil
		}
	}
	return err
}

func (s *sender) attempt(d fakestripe.Delivery) error {
	if d.Source != "" {
		return s.of.toBus(d)
	}
	if u, err := url.Parse(d.URL); err != nil || !loopback(u.Hostname()) {
		return errors.New("its endpoint is not on this machine: fake Stripe reaches no other")
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	req.Header.Set("Stripe-Signature", webhook.Sign(d.Body, d.Secret, time.Now()))
	res, err := s.client.Do(req) //nolint:gosec // to this machine only
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the endpoint answered %s", res.Status)
	}
	return nil
}

func (s *FakeStripe) toBus(d fakestripe.Delivery) error {
	if s.Bus == nil {
		return errors.New("there is no partner bus")
	}
	return s.Bus(d.Source, d.Type, d.Body)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// hasPartnerBus reports whether the template associates a bus with the event source.
func (s *Stack) hasPartnerBus(source string) bool {
	return source != "" && slices.ContainsFunc(s.Template.Buses, func(b template.Bus) bool { return b.Source == source })
}

func (s *Stack) toPartnerBus(source, kind string, body []byte) error {
	if !s.hasPartnerBus(source) {
		return errors.New("no bus is associated with the event source: set StripeEventSource in infra/local/parameters.yaml and start the stack again")
	}
	return s.AWS.PutPartner(source, kind, body)
}
