package simtest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/webhook"
)

const (
	signingSecret = "whsec_simulated"
	paymentsMost  = 3
)

// posted is one event that Stripe has to deliver.
type posted struct {
	id    string
	body  []byte
	odd   bool // signed, but must be quarantined
	acked bool
}

// stripe delivers each event until it is acknowledged, in any order, some
// of them again, and lets a forger try.
type stripe struct {
	posts  []*posted
	forged map[string]bool
}

// newStripe makes up a few payments' lives.
func newStripe(rng *rand.Rand, now time.Time) *stripe {
	s := &stripe{forged: map[string]bool{}}
	for p := range 1 + rng.IntN(paymentsMost) {
		for i, l := range life[:2+rng.IntN(len(life)-1)] {
			id := fmt.Sprintf("evt_%d_%d", p, i)
			s.posts = append(s.posts, &posted{id: id, body: fmt.Appendf(nil, l, id, now.Unix()+int64(i), p, p)})
		}
	}
	if rng.IntN(4) == 0 {
		s.posts = append(s.posts, &posted{id: "evt_odd", odd: true, body: []byte(`{"id":"evt_odd","object":"event","type":"charge.succeeded","created":1,"livemode":false,"data":null}`)})
	}
	return s
}

// life is one payment: id, created, payment, payment.
var life = []string{
	`{"id":%q,"object":"event","api_version":"2026-08-26.dahlia","created":%d,"livemode":false,"type":"charge.succeeded","data":{"object":{"id":"ch_%d","object":"charge","payment_intent":"pi_%d","amount":1000,"amount_captured":1000,"amount_refunded":0,"captured":true,"paid":true,"status":"succeeded","currency":"usd"}}}`,
	`{"id":%q,"object":"event","api_version":"2026-08-26.dahlia","created":%d,"livemode":false,"type":"payment_intent.succeeded","data":{"object":{"latest_charge":"ch_%d","id":"pi_%d","object":"payment_intent","amount":1000,"amount_received":1000,"status":"succeeded","currency":"usd"}}}`,
	`{"id":%q,"object":"event","api_version":"2026-08-26.dahlia","created":%d,"livemode":false,"type":"refund.created","data":{"object":{"id":"re_1","object":"refund","charge":"ch_%d","payment_intent":"pi_%d","amount":300,"status":"succeeded","currency":"usd"}}}`,
	`{"id":%q,"object":"event","api_version":"2026-08-26.dahlia","created":%d,"livemode":false,"type":"refund.failed","data":{"object":{"id":"re_1","object":"refund","charge":"ch_%d","payment_intent":"pi_%d","amount":300,"status":"failed","currency":"usd"}}}`,
	`{"id":%q,"object":"event","api_version":"2026-08-26.dahlia","created":%d,"livemode":false,"type":"charge.dispute.created","data":{"object":{"id":"dp_1","object":"dispute","charge":"ch_%d","payment_intent":"pi_%d","amount":1000,"status":"needs_response","currency":"usd"}}}`,
	`{"id":%q,"object":"event","api_version":"2026-08-26.dahlia","created":%d,"livemode":false,"type":"charge.dispute.closed","data":{"object":{"id":"dp_1","object":"dispute","charge":"ch_%d","payment_intent":"pi_%d","amount":1000,"status":"lost","currency":"usd"}}}`,
}

func (s *stripe) left() bool {
	for _, p := range s.posts {
		if !p.acked {
			return true
		}
	}
	return false
}

// secrets is the signing secrets of the only endpoint.
type secrets struct{}

func (secrets) Secrets(context.Context, string) ([]string, error) {
	return []string{signingSecret}, nil
}

func (secrets) Refresh(_ context.Context, _ string, known []string) ([]string, bool, error) {
	return known, false, nil
}

func newIngest(w *world, log *slog.Logger) *ingest.Handler {
	endpoints, err := webhook.ParseEndpoints("default=any")
	if err != nil {
		panic(err)
	}
	return &ingest.Handler{
		Endpoints: endpoints, Secrets: secrets{}, Store: w.store, Quarantine: w.store,
		Retention: retention, Now: w.clock, Log: log,
	}
}

// deliverWebhook posts one event, mostly one that is not acknowledged yet.
func (w *world) deliverWebhook() {
	p := w.stripe.posts[w.rng.IntN(len(w.stripe.posts))]
	if p.acked && (w.calm || !w.chance(300)) {
		return
	}
	if !w.calm && w.chance(50) {
		w.forge(p)
		return
	}
	status := w.post(p.body, webhook.Sign(p.body, signingSecret, w.now))
	heard := w.calm || !w.chance(w.odds.lose)
	w.logf("stripe %s answered %d, heard %t", p.id, status, heard)
	if status == 200 && heard {
		p.acked = true
	}
}

// forge posts what must not get in: another's signature, or a replay of an old
// one.
func (w *world) forge(p *posted) {
	id := fmt.Sprintf("evt_forged_%d", len(w.stripe.forged))
	body := fmt.Appendf(nil, life[0], id, w.now.Unix(), 0, 0)
	header := webhook.Sign(body, "whsec_another", w.now)
	if w.chance(500) {
		header = webhook.Sign(body, signingSecret, w.now.Add(-webhook.Tolerance-time.Second))
	}
	w.stripe.forged[id] = true
	if status := w.post(body, header); status == 200 {
		w.logf("FORGED %s was acknowledged", id)
	}
}

// post returns the HTTP status, 0 when the process died.
func (w *world) post(body []byte, header string) (status int) {
	w.run("ingest", func(ctx context.Context) {
		req := events.APIGatewayV2HTTPRequest{
			Body: string(body), Headers: map[string]string{"stripe-signature": header},
			PathParameters: map[string]string{"endpoint": "default"},
		}
		req.RequestContext.HTTP.Method = "POST"
		res, err := w.ingest.Handle(ctx, req)
		if err == nil {
			status = res.StatusCode
		}
	})
	return status
}
