package count

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cost"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// each is how many events of a kind are counted, one after the other.
const each = 4

// scenario is a kind of event and how it comes. Without a type it is none.
type scenario struct {
	kind      string
	Type      string
	overrides []string
	send      func(ctx context.Context, s *stack, e made) error
}

// made is an event and its id.
type made struct {
	id, kind string
	body     []byte
}

var scenarios = []scenario{
	{kind: cost.Reconcile, send: reconcile},
	{kind: cost.Ignored, Type: "product.created", send: snapshot},
	{kind: cost.One, Type: "customer.subscription.updated", send: snapshot},
	{kind: cost.Three, Type: "payment_intent.succeeded", send: snapshot},
	{kind: cost.Mail, Type: "invoice.payment_failed", overrides: []string{"customer_email=kim@example.com", "charge=ch_{new}"}, send: snapshot},
	{kind: cost.Thin, Type: "customer.subscription.updated", send: thin(true)},
	{kind: cost.ThinOnly, Type: "customer.subscription.updated", send: thin(false)},
	{kind: cost.OverBus, Type: "customer.subscription.updated", send: overBus},
	{kind: cost.Unsigned, send: unsigned},
}

// make returns a new event of the scenario.
func (sc scenario) make() (e made, err error) {
	if sc.Type == "" {
		return made{}, nil
	}
	sample, err := events.Sample(sc.Type, events.Go)
	if err != nil {
		return made{}, err
	}
	random := func(n int) string { return rand.Text()[:n] }
	var overrides []events.Override
	for _, text := range sc.overrides {
		o, err := events.ParseOverride(strings.ReplaceAll(text, "{new}", random(24)))
		if err != nil {
			return made{}, err
		}
		overrides = append(overrides, o)
	}
	id, body, err := events.Fresh{Now: time.Now(), Random: random}.Event(sample, overrides...)
	return made{id, sc.Type, body}, err
}

func snapshot(ctx context.Context, s *stack, e made) error {
	if err := s.deliver(ctx, e.body); err != nil {
		return err
	}
	return s.finished(ctx, e.id)
}

// thin posts the thin event of the snapshot, which Stripe has.
func thin(named bool) func(context.Context, *stack, made) error {
	return func(ctx context.Context, s *stack, e made) error {
		body, err := fakestripe.Thin(e.body, named)
		if err != nil {
			return err
		}
		if err := fakestripe.PutEvents(ctx, s.FakeStripe, json.RawMessage(e.body)); err != nil {
			return err
		}
		var own struct{ ID string }
		if err := json.Unmarshal(body, &own); err != nil {
			return err
		}
		if named { // it is stored under the id of the snapshot
			own.ID = e.id
		}
		if err := s.deliver(ctx, body); err != nil {
			return err
		}
		return s.finished(ctx, own.ID)
	}
}

func overBus(ctx context.Context, s *stack, e made) error {
	for _, bus := range s.Template.Buses {
		if bus.Source == "" {
			continue
		}
		if err := s.AWS.PutPartner(bus.Source, e.kind, e.body); err != nil {
			return err
		}
		return s.finished(ctx, e.id)
	}
	return fmt.Errorf("the local stack has no partner bus: set StripeEventSource in infra/local/parameters.yaml") //nolint:err113 // read by people
}

// unsigned is a signature that is well formed and matches nothing: the dearest.
func unsigned(ctx context.Context, s *stack, _ made) error {
	return s.post(ctx, []byte(`{"id":"evt_1"}`), fmt.Sprintf("t=%d,v1=%064d", time.Now().Unix(), 0), http.StatusBadRequest)
}

func reconcile(ctx context.Context, s *stack, _ made) error {
	s.AWS.Invoked("Reconcile")
	res, err := s.Host.Invoke(ctx, "Reconcile", []byte("{}"))
	if err == nil && res.Error != "" {
		err = fmt.Errorf("reconcile failed: %s", res.Payload) //nolint:err113 // read by people
	}
	return err
}
