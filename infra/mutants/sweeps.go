package main

// sweeps: gaps close by themselves, and what cannot take copies gets none.
var sweeps = []guard{
	{
		"the sweep of what is pending", "internal/reconcile/pending.go",
		`		if s.Pending && !s.Expired(p.run.now()) && `, `		if false && `, simulated(),
	},
	{
		"the sweep of what is due", "internal/reconcile/redeliver.go",
		`range d.Bus.Publish(ctx, send) {`, `range make([]error, len(send)) {`, simulated(),
	},
	{
		"the sweep of what has no record", "internal/reconcile/unrecorded.go",
		`		if err := u.run.ensure(ctx, u.Ledger, s.stored, s.action, false); err != nil {`, `		if err := error(nil); err != nil {`, simulated(),
	},
	{
		"a redelivery is for its action alone", "internal/reconcile/redeliver.go",
		`event.Envelope{Facts: s.Facts, Only: r.Action})
		}
		mu.Unlock`, `event.Envelope{Facts: s.Facts})
		}
		mu.Unlock`, named("UnrecordedSubscribersAlone", "internal/reconcile"),
	},
	{
		"what has a record is not ensured again", "internal/reconcile/unrecorded.go",
		`		has[d.Ref()] = true`, `		_ = d`, named("UnrecordedSubscribersAlone", "internal/reconcile"),
	},
	{
		"a full queue takes no redelivery", "internal/reconcile/allowance.go",
		`messages < fullQueue {`, `messages < 4*fullQueue {`, named("KeepsUp", "internal/reconcile"),
	},
	{
		"an action that does not keep up gets no more", "internal/reconcile/allowance.go",
		`	case messages*2 < fullQueue:`, `	default:`, named("KeepsUp", "internal/reconcile"),
	},
	{
		"no queue gets more than two minutes' work", "internal/reconcile/allowance.go",
		`min(max(full, fullQueue), mostQueue)`, `max(full, fullQueue)`, named("KeepsUp", "internal/reconcile"),
	},
	{
		"a disabled mapping takes no redelivery", "internal/reconcile/actions.go",
		`	if backlog.Disabled {`, `	if false {`, named("Row76", "internal/reconcile"),
	},
	{
		"a disabled rule takes no redelivery", "internal/reconcile/actions.go",
		`	case rule.Disabled:`, `	case rule.Disabled && false:`, named("Row76", "internal/reconcile"),
	},
	{
		"an action missing from one listing is not removed", "internal/reconcile/actions.go",
		`		a.absent.At[name], a.moved = a.run.now(), true
		return notNow`, `		a.absent.At[name], a.moved = a.run.now(), true
		return removed`, named("Row78RuleMissing", "internal/reconcile"),
	},
	{
		"an action that is listed again was not missing", "internal/reconcile/actions.go",
		`			delete(a.absent.At, r.Action)`, ``, named("Row78RuleMissing", "internal/reconcile"),
	},
	{
		"a type that is selected again was not missing", "internal/reconcile/actions.go",
		`		delete(a.absent.At, name)`, ``, named("Row78RuleMissing", "internal/reconcile"),
	},
	{
		"a delivery that no rule selects any more ends", "internal/reconcile/redeliver.go",
		`			gone = append(gone, r)
		case notNow:`, `			wanted = append(wanted, r)
		case notNow:`, named("OfARemovedActionOrType", "internal/reconcile"),
	},
	{
		"a removed action was missing for 15 minutes", "internal/reconcile/actions.go",
		`	if a.run.now().Sub(since) < removedAfter {`, `	if a.run.now().Sub(since) < 0 {`, named("OfARemovedActionOrType", "internal/reconcile"),
	},
	{
		"deliveries of a removed action end", "internal/reconcile/actions.go",
		`	if a.run.now().Sub(since) < removedAfter {`, `	if a.run.now().Sub(since) < 1000*removedAfter {`, named("OfARemovedActionOrType", "internal/reconcile"),
	},
	{
		"what was attempted parks when its action is removed", "internal/reconcile/redeliver.go",
		`	if r.Attempts == 0 {`, `	if true {`, named("OfARemovedActionOrType", "internal/reconcile"),
	},
	{
		"an expired event is not redelivered", "internal/reconcile/redeliver.go",
		`		if !ok || s.Expired(d.run.now()) {`, `		if !ok {`, named("Row77", "internal/reconcile"),
	},
	{
		"an expired event is not published", "internal/reconcile/pending.go",
		`s.Pending && !s.Expired(p.run.now()) `, `s.Pending `, named("Row77", "internal/reconcile"),
	},
	{
		"an expired event's subscribers are not recorded", "internal/reconcile/unrecorded.go",
		`has[s.ref()] || s.stored.Expired(u.run.now())`, `has[s.ref()]`, named("Row77", "internal/reconcile"),
	},
	{
		"what has no record is looked for behind what is pending", "internal/reconcile/unrecorded.go",
		`earlier(run.fannedOut(), u.Behind(w.shard))`, `run.fannedOut()`, named("WithoutKnownSubscribers", "internal/reconcile"),
	},
	{
		"the cursor stays before events without known subscribers", "internal/reconcile/receipts.go",
		`	if !w.kept {`, `	if true {`, named("WithoutKnownSubscribers", "internal/reconcile"),
	},
	{
		"what failed is tried again", "internal/reconcile/pending.go",
		`append(w.At.Left, failed...), true`, `w.At.Left, true`, named("TriedAgain", "internal/reconcile"),
	},
	{
		"what failed and was published meanwhile has its subscribers recorded", "internal/reconcile/publish.go",
		`		one.subscribers = one.Subscribers
`, ``, named("PublishedLate", "internal/reconcile"),
	},
	{
		"the walk stops before too many that failed", "internal/reconcile/pending.go",
		`		if len(w.At.Left)+len(failed) > mostLeft {`, `		if false {`, named("TooManyThatFail", "internal/reconcile"),
	},
	{
		"an unreadable event holds no other up", "internal/reconcile/receipts.go",
		`	if errors.Is(err, event.ErrInvalid) {`, `	if false {`, named("UnreadableEventStops", "internal/reconcile"),
	},
	{
		"the fetch of what never came", "internal/reconcile/runner.go",
		`		groups = append(groups, []*job{{Sweep: s.Missing}})`, ``, simulated(),
	},
	{
		"the fetch's position moves after the commit", "internal/reconcile/missing.go",
		`	if err := take(ctx, bodies); err != nil {`, `	if err := take(ctx, bodies); false {`, simulated(),
	},
	{
		"the fetch's windows overlap", "internal/reconcile/missing.go",
		`	w = &listed{From: at.Add(-overlap),`, `	w = &listed{From: at,`, named("ListedLate", "internal/reconcile"),
	},
	{
		"the fetch leaves young events to Stripe's own delivery", "internal/reconcile/accept.go",
		`	if f.Created.After(m.Now().Add(-m.MinAge)) {`, `	if false {`, named("YoungEvents", "internal/reconcile"),
	},
	{
		"the fetch's window ends now, also if it was begun ahead of time", "internal/reconcile/missing_scope.go",
		`p.Window.To = earlier(p.Window.To, m.Now())`, `_ = 0`, named("WhatWasYoung", "internal/reconcile"),
	},
	{
		"the fetch trusts no clock that was ahead", "internal/reconcile/missing_scope.go",
		`m.run.Now || since < 0 || since >= fullEvery`, `m.run.Now || since >= fullEvery`, named("ClockThatWasAhead", "internal/reconcile"),
	},
	{
		"what Stripe could not deliver does not wait for a long list", "internal/reconcile/missing_scope.go",
		`	if !full || p.Window != nil && !s.asked && !m.run.Now {`, `	if !full {`, named("DoesNotWaitForALongList", "internal/reconcile"),
	},
}
