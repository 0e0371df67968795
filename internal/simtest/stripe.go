package simtest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/webhook"
)

const signingSecret = "whsec_simulated"

// posted is one occurrence that Stripe has to deliver, in one form or in both.
type posted struct {
	id, kind string
	subject  string // as the parser finds it
	body     []byte // of the snapshot event
	thinID   string // of its thin twin
	forms    []*form
	created  time.Time
	listed   time.Time // from when on Stripe lists it
	live     bool
	odd      bool // signed, but must be quarantined
	never    bool // Stripe gives up without having delivered it
}

// rendering is the event as Stripe posts it to another endpoint, or again.
func (p *posted) rendering() []byte {
	return bytes.Replace(p.body, []byte(`"pending_webhooks":1`), []byte(`"pending_webhooks":2`), 1)
}

// stripe delivers each event until it is acknowledged, in any order, some of
// them again and some never, lists them, and lets a forger try.
type stripe struct {
	world     *world
	api       *fakestripe.API
	posts     []*posted // in the order of their creation
	refunds   []dated   // in the order of their changes
	recorded  int       // posts whose objects the API has
	refunded  int       // refunds that it has
	published map[string]bool
	poison    map[string]bool
	forged    map[string]bool
	refuse    map[string]bool // events that action picky cannot take
	// strangers are connected accounts that do not let us list anything, for ever, and
	// what Stripe says.
	strangers map[string]stranger
}

// newStripe makes up what happens to a few customers within the time. It draws
// from a source of its own: the undisturbed run has the same events.
func newStripe(seed uint64, within time.Duration) *stripe {
	rng := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // one seed, one schedule
	s := &stripe{api: &fakestripe.API{PageSize: pageSize}, published: map[string]bool{}, poison: map[string]bool{}, forged: map[string]bool{}, refuse: map[string]bool{}}
	s.api.Now = func() time.Time { return s.world.now }
	s.posts, s.refunds = happen(rng, within)
	shapes := newShapes(seed)
	for _, p := range s.posts {
		shapes.give(p)
		p.listed = p.created.Add(time.Duration(rng.IntN(60)) * time.Second)
		p.never = rng.IntN(6) == 0
		s.refuse[p.id] = rng.IntN(8) == 0
		f, _ := webhook.Parse(p.body)
		p.subject = f.Subject
	}
	if rng.IntN(4) == 0 {
		s.poison[s.posts[rng.IntN(len(s.posts))].id] = true
	}
	s.strangers = drawStrangers(rng)
	if rng.IntN(4) == 0 {
		s.posts = append(s.posts, odd(s.posts[len(s.posts)-1].created, rng.IntN(3) == 0))
	}
	return s
}

// odd is signed by Stripe and not as any action expects it.
func odd(at time.Time, never bool) *posted {
	body := fmt.Appendf(nil, `{"id":"evt_odd","object":"event","type":"charge.succeeded","created":%d,"livemode":false,"data":null}`, at.Unix())
	return &posted{id: "evt_odd", kind: "charge.succeeded", body: body, created: at, listed: at, odd: true, never: never, forms: []*form{{signed: body, key: "evt_odd"}}}
}

// secrets is the signing secrets of the only endpoint.
type secrets struct{ world *world }

func (s secrets) Secrets(context.Context, string) ([]string, error) {
	return []string{signingSecret}, s.world.io(memory.Op{Name: "Secrets"}, func() {})
}

func (secrets) Refresh(_ context.Context, _ string, known []string) ([]string, bool, error) {
	return known, false, nil
}

func newIngest(w *world) *ingest.Handler {
	endpoints, err := webhook.ParseEndpoints("default=any,connect=any+connect")
	if err != nil {
		panic(err)
	}
	return &ingest.Handler{
		Endpoints: endpoints, Secrets: secrets{w}, Now: w.clock, Log: w.log,
		Intake: &ingest.Intake{Store: w.store, Quarantine: w.store.Quarantine(), Retention: retention},
	}
}

// due are the events that Stripe would post now: mostly what happened and is
// not acknowledged, and sometimes what is.
func (w *world) due() (all []post) {
	for _, p := range w.stripe.posts {
		if p.created.After(w.now) || p.never {
			continue
		}
		for _, f := range p.forms {
			if !f.acked || !w.calm && w.chance(w.odds.twice) {
				all = append(all, post{p, f})
			}
		}
	}
	return all
}

// deliverWebhook posts one event.
func (w *world) deliverWebhook() {
	all := w.due()
	if len(all) == 0 {
		return
	}
	p := all[w.rng.IntN(len(all))]
	if !w.calm && w.chance(50) {
		w.forge(p.posted)
		return
	}
	w.notes(p)
	body := p.signed
	if !p.odd && !p.thin && !w.calm && w.chance(w.odds.twice) {
		w.met("another rendering", p.id)
		body = p.rendering()
	}
	w.busy["post "+p.key] = true
	status := w.post(body, webhook.Sign(body, signingSecret, w.now))
	delete(w.busy, "post "+p.key)
	if status == 200 && !w.kept(p) {
		w.fail("%s was acknowledged before it was durable", p.key)
	}
	heard := w.calm || !w.chance(w.odds.lose)
	w.logf("stripe %s answered %d, heard %t", p.key, status, heard)
	p.acked = p.acked || status == 200 && heard
}

// kept reports whether the event is durable at this moment.
func (w *world) kept(p post) bool {
	was := w.calm
	w.calm = true // only a look
	defer func() { w.calm = was }()
	_, err := w.store.Get(context.Background(), p.key)
	return err == nil || w.held(p.posted)
}

// notes counts what is special about a post.
func (w *world) notes(p post) {
	if p.acked {
		w.met("duplicate webhook", p.key)
	}
	if w.busy["post "+p.key] {
		w.met("concurrent webhook", p.key)
	}
	for _, o := range w.stripe.posts {
		if o.created.Before(p.created) && !o.never && !o.acknowledged() {
			w.met("reordered webhook", p.id)
			return
		}
	}
}

// forge posts what must not get in: another's signature, or a replay of an old
// one.
func (w *world) forge(p *posted) {
	id := fmt.Sprintf("evt_forged_%d", len(w.stripe.forged))
	body := fmt.Appendf(nil, `{"id":%q,"object":"event","type":%q,"created":%d,"livemode":true,"data":{"object":{"id":"ch_1","object":"charge"}}}`, id, p.kind, w.now.Unix())
	header := webhook.Sign(body, "whsec_another", w.now)
	if w.chance(500) {
		header = webhook.Sign(body, signingSecret, w.clock().Add(-webhook.Tolerance-time.Second))
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

// kinds are the types of the events, sorted.
func (s *stripe) kinds() (all []string) {
	for _, p := range s.posts {
		all = append(all, p.kind)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
