package simtest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
)

// thinking is how long after an effect's lease a person decides about it, at the
// earliest: longer than two clocks can differ.
const thinking = 2 * maxSkew

// inTurn does one item after the other, as every process of the simulation.
var inTurn = operator.Pace{Parallel: 1}

// operator is what the command works with.
func (w *world) operator(st event.Store, l event.Ledger) *operator.Operator {
	functions := memory.Functions{}
	for name, h := range w.handlers {
		functions[name] = func(ctx context.Context, in json.RawMessage) (any, error) {
			var request struct {
				Audit delivery.AuditRequest
				Fetch *delivery.FetchRequest
			}
			if err := json.Unmarshal(in, &request); err != nil {
				return nil, err
			}
			if request.Fetch != nil {
				return h.OnDemand(ctx, request.Fetch.Event)
			}
			return h.Audit(ctx, request.Audit)
		}
	}
	return &operator.Operator{
		Stack: "simulated", Store: st, Ledger: l, Quarantine: w.store.Quarantine(), Bus: w.bus,
		DeadLetters: memory.DeadLetters(w.queues), Functions: functions, Now: w.clock,
		Since: func(context.Context) (time.Time, error) { return begin, nil },
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
}

// atWork runs one command of an operator in a process of its own.
func (w *world) atWork(fn func(context.Context, *operator.Operator)) {
	st := store{w.store, w}
	w.run("operator", func(ctx context.Context) { fn(ctx, w.operator(st, ledger{st})) })
}

// operate lets an operator do what the command can do, at any moment.
func (w *world) operate() {
	switch n := w.rng.IntN(6); {
	case n < 2:
		w.replay(w.watched())
	case n == 2:
		w.some(w.redrive)
	case n == 3:
		w.retry(w.chance(500))
	case n == 4:
		w.discard()
	default:
		w.resolve()
	}
}

// watched is what an operator replays: any event, for all of its actions or for
// one, or the delivery that is just being worked on.
func (w *world) watched() event.DeliveryRef {
	if w.current.Event != "" && w.chance(500) {
		return w.current
	}
	ref := event.DeliveryRef{Event: w.stripe.posts[w.rng.IntN(len(w.stripe.posts))].id}
	if w.chance(500) {
		ref.Action = w.names[w.rng.IntN(len(w.names))]
	}
	return ref
}

// replay delivers an event to its actions again, or to one of them; sometimes
// everything.
func (w *world) replay(ref event.DeliveryRef) {
	which := operator.Events{IDs: []string{ref.Event}, Action: ref.Action}
	if w.chance(50) {
		which.IDs = nil
	}
	req := operator.Replay{Events: which, Again: w.chance(500), Stale: w.chance(500)}
	w.atWork(func(ctx context.Context, o *operator.Operator) {
		if plan, err := o.PlanReplay(ctx, req); err == nil {
			r, _ := plan.Run(ctx, inTurn)
			w.metTimes("replay", r.Sent)
		}
	})
}

// inState returns some delivery in that state.
func (w *world) inState(s event.State) (event.Delivery, bool) {
	defer func(calm bool) { w.calm = calm }(w.calm)
	w.calm = true
	all, _, err := event.Collect(event.UnfinishedDeliveries(context.Background(), w.store, s, w.clock().Add(1)))
	if err != nil || len(all) == 0 {
		return event.Delivery{}, false
	}
	return all[w.rng.IntN(len(all))], true
}

// retry gives one parked delivery a new round, perhaps after the cause was fixed.
func (w *world) retry(mend bool) {
	d, ok := w.inState(event.Parked)
	if !ok {
		return
	}
	w.mended[d.Event] = w.mended[d.Event] || mend
	req := operator.Retry{Deliveries: operator.Deliveries{Event: d.Event, Action: d.Action}, Stale: w.chance(500)}
	w.atWork(func(ctx context.Context, o *operator.Operator) {
		if plan, err := o.PlanRetry(ctx, req); err == nil {
			r, _ := plan.Run(ctx, inTurn)
			w.metTimes("retry of parked", r.Sent)
		}
	})
}

// discard ends a parked delivery of an action whose rows nothing depends on.
func (w *world) discard() {
	d, ok := w.inState(event.Parked)
	if !ok || d.Action != "picky" {
		return
	}
	req := operator.Discard{Deliveries: operator.Deliveries{Event: d.Event, Action: d.Action}, By: "operator: not needed"}
	w.atWork(func(ctx context.Context, o *operator.Operator) {
		if plan, err := o.PlanDiscard(ctx, req); err == nil {
			r, _ := plan.Run(ctx, operator.Pace{Parallel: 1})
			w.metTimes("discard", r.Discarded)
		}
	})
}

// resolve records what became of the effect in question: an operator who looked.
// No two people decide at the same time.
func (w *world) resolve() {
	if w.busy["resolve"] {
		return
	}
	w.busy["resolve"] = true
	defer delete(w.busy, "resolve")
	d, ok := w.inState(event.Unknown)
	if !ok {
		return
	}
	req, ok := w.decide(d)
	if !ok {
		return
	}
	w.atWork(func(ctx context.Context, o *operator.Operator) {
		if _, err := o.Resolve(ctx, req); err == nil {
			w.met("retry of unknown", d.Event, " for ", d.Action)
		}
	})
}

// decide is what the operator sees outside, once the effect cannot be running
// any more.
func (w *world) decide(d event.Delivery) (r operator.Resolution, ok bool) {
	defer func(calm bool) { w.calm = calm }(w.calm)
	w.calm = true
	e, err := w.store.Effect(context.Background(), event.EffectRef{Action: d.Action, Scope: w.scope(d.Event), Key: d.Effect})
	if err != nil || e.State == event.EffectIntended || e.Lease.Add(thinking).After(w.clock()) {
		return r, false
	}
	r = operator.Resolution{DeliveryRef: d.Ref(), Happened: w.outside.effects[d.Action+" "+e.Key], Stale: w.chance(500)}
	if _, planned := w.actors[d.Action]; r.Happened && !planned {
		r.Result = json.RawMessage(`"` + receipt(e.Key) + `"`)
	}
	r.NoResult = r.Happened && r.Result == nil
	return r, true
}

// scope of an event.
func (w *world) scope(id string) event.Scope {
	for _, p := range w.stripe.posts {
		if p.id == id {
			return event.Scope{Livemode: p.live}
		}
	}
	return event.Scope{}
}

// redrive sends an action's dead letters again.
func (w *world) redrive(name string) (some bool) {
	n, err := memory.DeadLetters(w.queues).Depth(context.Background(), name)
	if err != nil || n == 0 {
		return false
	}
	w.atWork(func(ctx context.Context, o *operator.Operator) {
		if plan, err := o.PlanRedrive(ctx, name); err == nil {
			r, _ := plan.Run(ctx, inTurn)
			w.metTimes("redrive", r.Sent)
		}
	})
	return true
}
