package cloudwatch_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/webhook"
)

func TestNothingGoesOffWhenAStackIsMade(t *testing.T) {
	s := newStand(t)
	s.happen() // before there was an endpoint
	s.minutes(15)
	if len(s.pages()) > 0 || len(s.watch.Red(stack)) > 0 {
		t.Errorf("without an event it said %v", s.pages())
	}
	s.minutes(60, s.traffic)
	if len(s.pages()) > 0 || len(s.watch.Red(stack)) > 0 {
		t.Errorf("with its first events it said %v", s.pages())
	}
}

// outsiders are what anybody may do, all the time.
func TestNothingGoesOffForWhatAnybodyCanPost(t *testing.T) {
	junk := []byte(`{"id":"evt_1","object":"event"}`)
	for name, each := range map[string]func(*stand, int){
		"an unsigned flood":            func(s *stand, _ int) { s.post(junk, "", 600) },
		"a flood of another's secret":  func(s *stand, _ int) { s.post(junk, webhook.Sign(junk, "whsec_other", s.now), 600) },
		"requests of another's secret": func(s *stand, _ int) { s.post(junk, webhook.Sign(junk, "whsec_other", s.now), 5) },
		"old requests of Stripe's":     func(s *stand, _ int) { s.post(junk, webhook.Sign(junk, s.secret, s.now.Add(-time.Hour)), 5) },
		"large bodies": func(s *stand, second int) {
			large := bytes.Repeat([]byte(" "), webhook.MaxBody+1)
			if second%20 == 0 {
				s.post(large, webhook.Sign(large, "whsec_other", s.now), 5)
			}
		},
	} {
		for _, quiet := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, quiet %t", name, quiet), func(t *testing.T) {
				t.Parallel()
				s := newStand(t)
				s.settle()
				s.minutes(20, func(second int) {
					// What Stripe posts comes first in its second: the flood takes none of it.
					if !quiet {
						s.traffic(second)
					}
					each(s, second)
				})
				if red := s.watch.Red(stack); len(red) > 0 || len(s.pages()) > 0 {
					t.Errorf("red are %q, said %v", red, s.pages())
				}
			})
		}
	}
}

func TestOneThingThatStopsRaisesItsOneAlarm(t *testing.T) {
	for what, c := range map[string]struct {
		begin func(*stand)
		want  []string
	}{
		"reconcile's schedule":     {off("reconcile"), []string{"reconcile-stopped"}},
		"dispatch's mapping":       {off("dispatch"), []string{"published"}},
		"the mapping of an action": {off(churn), []string{churn + "-queue-age"}},
		// Its events are not stored, so reconcile finds them at Stripe.
		"the mapping of the partner bus": {off(bridge), []string{"undelivered", bridge + "-queue-age"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			s.settle()
			c.begin(s)
			s.minutes(20, s.traffic)
			if red := s.watch.Red(stack); !slices.Equal(slices.Sorted(slices.Values(red)), slices.Sorted(slices.Values(c.want))) || len(s.pages()) != len(c.want) {
				t.Errorf("red are %q, said %v, expected %q once", red, s.pages(), c.want)
			}
		})
	}
}
