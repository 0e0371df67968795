package operator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func TestRollLosesAndRefusesNoEvent(t *testing.T) {
	styles(t, func(s *site) {
		first := s.connected()
		old := others(s.secrets, s.want.Keep)[0]
		s.made, s.refused = 0, 0
		clear(s.stored)
		plan, err := s.Roll(t.Context(), s.want, false)
		if err != nil || len(plan.Would) != 4 || len(s.there()) != 1 {
			s.Fatalf("without yes: %+v, %v", plan, err)
		}
		r, err := s.Roll(t.Context(), s.want, true)
		if err != nil || !r.Changed || r.Endpoint == first.Endpoint || len(r.Next) > 0 {
			s.Fatalf("%+v, %v", r, err)
		}
		s.lostNothing()
		if slices.Contains(s.secrets, old) || len(s.secrets) != 2 || !slices.Contains(s.secrets, "whsec_other") {
			s.Errorf("%d secrets: the first endpoint's must be gone, the others stay", len(s.secrets))
		}
		if there := s.there(); len(there) != 2 || !slices.Contains(there, first.Endpoint+" false") || !slices.Contains(there, r.Endpoint+" true") {
			s.Errorf("at Stripe %v", there)
		}
		s.same()
	})
}

// lostNothing fails for a customer without an event, and for a refused delivery.
func (s *site) lostNothing() {
	s.Helper()
	customers, twice := 0, 0
	for id, n := range s.stored {
		d, err := s.Show(s.Context(), id)
		if err != nil {
			s.Error(err)
		} else if strings.HasSuffix(d.Type, "customer.created") {
			customers++
			twice += n - 1
		}
	}
	if s.made == 0 || customers != s.made || s.refused > 0 {
		s.Errorf("%d of %d events stored (%d came twice), %d deliveries refused", customers, s.made, twice, s.refused)
	}
}

// A roll that Stripe's failure stops after any of its requests goes on to the same end.
func TestRollGoesOnWhereverItStopped(t *testing.T) {
	styles(t, func(s *site) {
		for n := 0; ; n++ {
			s := newSite(s.T, s.want.Thin)
			first := s.connected()
			old := others(s.secrets, s.want.Keep)[0]
			s.made, s.refused = 0, 0
			clear(s.stored)
			s.down = n
			_, err := s.Roll(t.Context(), s.want, true)
			if s.down = -1; err == nil {
				if n < 6 {
					s.Errorf("a roll with %d requests", n)
				}
				break
			}
			r, err := s.Roll(t.Context(), s.want, true)
			if err != nil || r.Endpoint == first.Endpoint {
				s.Fatalf("after %d requests: %+v, %v", n, r, err)
			}
			s.lostNothing()
			if there := s.there(); len(there) != 2 || slices.Contains(s.secrets, old) || len(s.secrets) != 2 {
				s.Errorf("after %d requests: at Stripe %v, %d secrets", n, there, len(s.secrets))
			}
			s.same()
		}
	})
}

func TestSecretThatIsNoOtherEndpointsIsTheOneOfAnEndpointMadeByHand(t *testing.T) {
	for name, unclear := range map[string]bool{"alone": false, "beside another made by hand": true} {
		t.Run(name, func(t *testing.T) {
			styles(t, func(s *site) {
				byHand := func(in event.Destinations, thin bool) event.Destination {
					types, _ := operator.DestinationTypes([]string{"customer.created", "charge.succeeded"}, thin)
					d, err := in.Create(t.Context(), false, event.Destination{Name: "mine", Thin: thin, Version: map[bool]string{false: "2023-10-16"}[thin], Types: types, URL: s.want.URL}, "")
					if err != nil {
						s.Fatal(err)
					}
					s.secrets = append(s.secrets, d.Secret)
					return d
				}
				old := byHand(s.Destinations, s.want.Thin)
				if unclear {
					byHand(s.Others, !s.want.Thin)
				}
				r, err := s.Roll(t.Context(), s.want, true)
				if err != nil || slices.Contains(s.secrets, old.Secret) != unclear || (len(r.Next) > 0) != unclear {
					s.Errorf("%d secrets, next %q, %v", len(s.secrets), r.Next, err)
				}
			})
		})
	}
}

func TestEventBridgeIsCheckedByItsPingOnceItIsDeployed(t *testing.T) {
	s := newSite(t, true)
	s.want.URL, s.want.AWSAccount, s.want.AWSRegion = "", "123456789012", "eu-west-1"
	deployed := ""
	s.fake.HasBus = func(source string) bool { return source == deployed }
	s.fake.Deliver = nil
	r := s.connected()
	if r.Source != "aws.partner/stripe.com/"+r.Endpoint || r.Event != "" || len(s.secrets) != 1 {
		t.Fatalf("%+v", r)
	}
	got, err := s.Compare(t.Context(), s.want)
	if err != nil || len(got.Differences) != 2 || !strings.Contains(got.Differences[0], "the stack has none") || !strings.Contains(got.Differences[1], "pending") {
		t.Errorf("before the deploy: %q, %v", got.Differences, err)
	}
	if again, err := s.Connect(t.Context(), s.want, true); err != nil || again.Endpoint != r.Endpoint || again.Changed || len(s.there()) != 1 {
		t.Errorf("a second source: %+v, %v", again, err)
	}
	deployed, s.want.Source = r.Source, r.Source
	s.same()
	s.fake.Fault = func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/ping") {
			s.Patience = 0 // nothing arrives
		}
		return false
	}
	if err := s.Ping(t.Context(), s.want, &r); err == nil || !strings.Contains(err.Error(), "did not arrive") {
		t.Errorf("a ping that is not stored: %v", err)
	}
}
