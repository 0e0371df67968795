package operator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

// site is a stack that fake Stripe delivers to, and its operator over the wire.
type site struct {
	*testing.T
	*operator.Connector
	desk *operatortest.Desk
	fake *fakestripe.API
	url  string
	want operator.Connection

	mu      sync.Mutex
	now     time.Time
	secrets []string
	known   map[string]time.Time // when each was put: ingest takes it a while later
	refused int
	stored  map[string]int // deliveries taken by event
	made    int            // customers

	drop int // replies that are lost from now on
	down int // requests that are answered until Stripe is down; below 0: all
}

// settle is how long ingest of a site may refuse a new secret.
const settle = 10 * time.Second

func newSite(t *testing.T, thin bool) *site {
	t.Helper()
	s := &site{T: t, now: time.Now(), secrets: []string{"whsec_other"}, known: map[string]time.Time{}, stored: map[string]int{}, down: -1}
	s.desk = operatortest.New(t, s.clock, 0)
	s.fake = &fakestripe.API{Clock: time.Now, Deliver: s.deliver}
	srv := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(srv.Close)
	s.url = srv.URL
	api := &stripeapi.Client{Base: srv.URL, Now: time.Now, Secret: func(context.Context) (string, error) { return "rk_test_1", nil }}
	s.Connector = &operator.Connector{
		Operator: s.desk.Operator, Destinations: stripeapi.Endpoints{Client: api}, Others: stripeapi.Destinations{Client: api},
		Secrets: s, Tests: stripeapi.TestEvents{Client: api}, Settle: settle, Grace: settle, Patience: time.Minute,
		Progress: func(string) { s.customer() },
	}
	if thin {
		s.Destinations, s.Others = s.Others, s.Destinations
	}
	s.desk.Sleep = s.sleep
	s.want = operator.Connection{Endpoint: "default", Owner: "1/eu-west-1/shop/default", URL: "http://127.0.0.1/webhooks/default", Thin: thin, Version: "2023-10-16", Keep: []string{"whsec_other"}}
	s.want.Types, s.want.LeftOut = operator.DestinationTypes([]string{"customer.created", "charge.succeeded"}, thin)
	return s
}

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// sleep lets the time pass, with a customer at its end.
func (s *site) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	s.now = s.now.Add(d)
	s.mu.Unlock()
	s.customer()
	return ctx.Err()
}

// lose has the next n replies to creations lost, instead of those that are left of
// an earlier order.
func (s *site) lose(n int) (left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left, s.drop = s.drop, n
	return left
}

// serve is fake Stripe on a bad line.
func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	lost := s.drop > 0 && r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, "/webhook_endpoints") || strings.HasSuffix(r.URL.Path, "/event_destinations"))
	if lost {
		s.drop--
	}
	down := s.down == 0
	if s.down > 0 {
		s.down--
	}
	s.mu.Unlock()
	switch {
	case down:
		fakestripe.Fail(w, http.StatusServiceUnavailable, "api_error", "", "down")
	case lost:
		s.fake.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		s.fake.ServeHTTP(w, r)
	}
}

// customer has Stripe send an event, over another line.
func (s *site) customer() {
	s.mu.Lock()
	s.made++
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/v1/customers", strings.NewReader(""))
	s.mu.Unlock()
	r.Header.Set("Authorization", "Bearer rk_test_1")
	r.Header.Set("Stripe-Version", "2023-10-16")
	s.fake.ServeHTTP(httptest.NewRecorder(), r)
}

// deliver is the stack's ingest: a secret that was put a moment ago may be unknown to it.
func (s *site) deliver(d fakestripe.Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.secrets, d.Secret) || s.now.Sub(s.known[d.Secret]) < settle {
		s.refused++
		return
	}
	f, reason := webhook.Parse(d.Body)
	if reason != "" {
		s.Errorf("%s: %s", d.Body, reason)
	}
	if s.stored[f.ID]++; s.stored[f.ID] == 1 {
		s.desk.Put(f, s.now.AddDate(1, 0, 0))
		if err := s.desk.Memory.MarkPublished(context.Background(), f.ID, nil); err != nil {
			s.Error(err)
		}
	}
}

func (s *site) Name(endpoint string) string { return "shop/webhooks/" + endpoint }

func (s *site) Get(context.Context, string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets), nil
}

func (s *site) Put(_ context.Context, _ string, secrets []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range others(secrets, s.secrets) {
		s.known[x] = s.now
	}
	s.secrets = slices.Clone(secrets)
	return nil
}

func others(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
}

// connected is the site with its endpoint.
func (s *site) connected() operator.ConnectResult {
	s.Helper()
	r, err := s.Connect(s.Context(), s.want, true)
	if err != nil || r.Endpoint == "" || !r.Changed {
		s.Fatalf("%+v, %v", r, err)
	}
	return r
}

// there are the endpoints at Stripe, "id enabled" each.
func (s *site) there() (all []string) {
	s.Helper()
	list, err := s.Destinations.List(s.Context(), false)
	if err != nil {
		s.Fatal(err)
	}
	for _, d := range list {
		all = append(all, fmt.Sprint(d.ID, " ", d.Enabled))
	}
	return all
}

// same fails if anything at Stripe differs from what the stack needs.
func (s *site) same() {
	s.Helper()
	if r, err := s.Compare(s.Context(), s.want); err != nil || len(r.Differences) > 0 {
		s.Errorf("differences %q, %v", r.Differences, err)
	}
}

// styles runs a test for classic endpoints and for thin destinations.
func styles(t *testing.T, do func(s *site)) {
	t.Helper()
	for name, thin := range map[string]bool{"classic": false, "thin": true} {
		t.Run(name, func(t *testing.T) { do(newSite(t, thin)) })
	}
}
