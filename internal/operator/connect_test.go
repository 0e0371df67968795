package operator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/operator"
)

func TestConnectCreatesOneEndpointAndSeesItWork(t *testing.T) {
	styles(t, func(s *site) {
		plan, err := s.Connect(t.Context(), s.want, false)
		if err != nil || plan.Changed || len(plan.Would) != 3 || len(s.there()) > 0 {
			s.Fatalf("without yes: %+v, %v; at Stripe %v", plan, err, s.there())
		}
		r := s.connected()
		if r.Event == "" || r.Status != string(event.StatusIgnored) && r.Status != string(event.StatusDone) {
			s.Errorf("the test event: %+v", r)
		}
		if len(s.secrets) != 2 || s.secrets[0] != "whsec_other" {
			s.Errorf("%d secrets: one that was there must stay", len(s.secrets))
		}
		s.same()
		again, err := s.Connect(t.Context(), s.want, true)
		if err != nil || again.Changed || again.Endpoint != r.Endpoint || len(s.there()) != 1 {
			s.Errorf("again: %+v, %v; at Stripe %v", again, err, s.there())
		}
	})
}

func TestChangedTypesAreADifferenceThatConnectEnds(t *testing.T) {
	styles(t, func(s *site) {
		r := s.connected()
		s.want.Types, _ = operator.DestinationTypes([]string{"customer.created", "charge.failed"}, s.want.Thin)
		if err := s.Destinations.Disable(t.Context(), false, r.Endpoint); err != nil {
			s.Fatal(err)
		}
		got, err := s.Compare(t.Context(), s.want)
		if err != nil || len(got.Differences) != 2 || !strings.Contains(got.Differences[0], "charge.failed; sent and not wanted: ") || !strings.Contains(got.Differences[1], "disabled") {
			s.Fatalf("%q, %v", got.Differences, err)
		}
		if r, err := s.Connect(t.Context(), s.want, true); err != nil || !r.Changed || len(r.Differences) > 0 {
			s.Errorf("%+v, %v", r, err)
		}
		s.same()
	})
}

func TestDifferencesThatNeedAnotherEndpointNameRoll(t *testing.T) {
	styles(t, func(s *site) {
		s.connected()
		s.secrets = []string{"whsec_other"}
		s.want.Version = "2014-01-01"
		got, err := s.Compare(t.Context(), s.want)
		all := strings.Join(got.Differences, "; ")
		if err != nil || !strings.Contains(all, "does not have the one of") || strings.Contains(all, "2014-01-01") == s.want.Thin || !strings.Contains(strings.Join(got.Next, " "), "connect --roll") {
			s.Errorf("%q, next %q, %v", got.Differences, got.Next, err)
		}
		s.secrets = nil
		if got, err = s.Compare(t.Context(), s.want); err != nil || !strings.Contains(strings.Join(got.Differences, "; "), "has no value") {
			s.Errorf("%q, %v", got.Differences, err)
		}
		s.want.URL = "http://127.0.0.1/other/webhooks/default"
		if got, err = s.Compare(t.Context(), s.want); err != nil || got.Endpoint != "" || len(got.Differences) != 2 || !strings.HasPrefix(got.Differences[1], "URL: ") {
			s.Errorf("elsewhere: %+v, %v", got, err)
		}
	})
}

func TestLostReplyToCreationMakesNoSecondEndpoint(t *testing.T) {
	for _, lost := range []int{1, 100} {
		styles(t, func(s *site) {
			s.lose(lost)
			r, err := s.Connect(t.Context(), s.want, true)
			if n := lost - s.lose(0); n == 0 || (err != nil) != (lost == 100) {
				s.Fatalf("%d replies lost: %+v, %v", n, r, err)
			}
			if lost == 100 { // the run ended without an answer
				r, err = s.Connect(t.Context(), s.want, true)
			}
			if err != nil || len(s.there()) != 1 || len(s.secrets) != 2 || r.Event == "" {
				s.Errorf("%+v, %v; at Stripe %v, %d secrets", r, err, s.there(), len(s.secrets))
			}
			s.same()
		})
	}
}

func TestRefusalsOfStripeSayWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		status, times int
		says          string
	}{
		"no right":   {http.StatusForbidden, 100, "STRIPE_API_KEY=rk_"},
		"no key":     {http.StatusUnauthorized, 100, "the API key is refused"},
		"one moment": {http.StatusTooManyRequests, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			styles(t, func(s *site) {
				times := c.times
				s.fake.Fault = func(w http.ResponseWriter, r *http.Request) bool {
					if times--; times < 0 || r.URL.Path == "/v1/customers" {
						return false
					}
					fakestripe.Fail(w, c.status, "invalid_request_error", "", "refused rk_test_hidden")
					return true
				}
				_, err := s.Connect(t.Context(), s.want, true)
				if (err != nil) != (c.says != "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hidden")) {
					s.Errorf("%v, want %q", err, c.says)
				}
				times = 0
				if c.says == "" {
					s.same()
				} else if len(s.there()) > 0 || len(s.secrets) != 1 {
					s.Errorf("at Stripe %v", s.there())
				}
			})
		})
	}
}

func TestSeventeenthEndpointIsNotAskedFor(t *testing.T) {
	styles(t, func(s *site) {
		d := event.Destination{Name: "x", Thin: s.want.Thin, Types: s.want.Types, URL: "http://127.0.0.1/else"}
		for i := range operator.MaxDestinations {
			if _, err := s.Destinations.Create(t.Context(), false, d, "key_"+string(rune('a'+i))); err != nil {
				s.Fatal(err)
			}
		}
		all, err := s.Destinations.List(t.Context(), false)
		if err != nil || len(all) != operator.MaxDestinations {
			s.Fatal(len(all), err)
		}
		if err := s.Destinations.Disable(t.Context(), false, all[3].ID); err != nil {
			s.Fatal(err)
		}
		if _, err := s.Connect(t.Context(), s.want, true); err == nil || !strings.Contains(err.Error(), "Stripe allows 16") || !strings.Contains(err.Error(), all[3].ID) {
			s.Errorf("%v", err)
		}
	})
}

func TestTypesAreNamedAsTheStyleDeliversThem(t *testing.T) {
	subscribed := []string{"charge.succeeded", "issuing_authorization.request", "v1.customer.subscription.past_due", "treasury.outbound_transfer.created", "charge.succeeded"}
	types, left := operator.DestinationTypes(subscribed, false)
	if !slices.Equal(types, []string{"charge.succeeded", "treasury.outbound_transfer.created"}) || !slices.Equal(left, []string{"issuing_authorization.request", "v1.customer.subscription.past_due"}) {
		t.Errorf("snapshots %q, left out %q", types, left)
	}
	types, left = operator.DestinationTypes(subscribed, true)
	if !slices.Equal(types, []string{"v1.charge.succeeded", "v1.customer.subscription.past_due"}) || !slices.Equal(left, []string{"issuing_authorization.request", "treasury.outbound_transfer.created"}) {
		t.Errorf("thin %q, left out %q", types, left)
	}
}
