package main

// sweeps: gaps close by themselves, and what cannot take copies gets none.
var sweeps = []guard{
	{
		"the sweep of what is pending", "internal/reconcile/pending.go",
		`			if !s.Pending || s.Expired(p.Now()) {`, `			if true {`, simulated(),
	},
	{
		"the sweep of what is due", "internal/reconcile/due.go",
		`	return d.Bus.Publish(ctx, []event.Envelope{{Facts: s.Facts, Only: del.Action}})[0]`, `	return nil`, simulated(),
	},
	{
		"the sweep of what has no record", "internal/reconcile/unrecorded.go",
		`		if err := ensure(ctx, u.Ledger, s.stored, s.action, u.Now()); err != nil {`, `		if err := error(nil); err != nil {`, simulated(),
	},
	{
		"a redelivery is for its action alone", "internal/reconcile/due.go",
		`Only: del.Action}`, `Only: ""}`, named("UnrecordedSubscribersAlone", "internal/reconcile"),
	},
	{
		"what has a record is not ensured again", "internal/reconcile/unrecorded.go",
		`		has[d.Ref()] = true`, `		_ = d`, named("UnrecordedSubscribersAlone", "internal/reconcile"),
	},
	{
		"a full queue takes no redelivery", "internal/reconcile/actions.go",
		`fullQueue - backlog.Messages`, `fullQueue`, named("Row76", "internal/reconcile"),
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
		`		a.absent.At[action], a.moved = a.now, true
		return notNow`, `		a.absent.At[action], a.moved = a.now, true
		return removed`, named("Row78RuleMissing", "internal/reconcile"),
	},
	{
		"an action that is listed again was not missing", "internal/reconcile/actions.go",
		`			delete(a.absent.At, r.Action)`, ``, named("Row78RuleMissing", "internal/reconcile"),
	},
	{
		"a removed action was missing for 15 minutes", "internal/reconcile/actions.go",
		`	if a.now.Sub(since) < removedAfter {`, `	if a.now.Sub(since) < 0 {`, named("OfARemovedAction", "internal/reconcile"),
	},
	{
		"deliveries of a removed action end", "internal/reconcile/actions.go",
		`	if a.now.Sub(since) < removedAfter {`, `	if a.now.Sub(since) < 1000*removedAfter {`, named("OfARemovedAction", "internal/reconcile"),
	},
	{
		"what was attempted parks when its action is removed", "internal/reconcile/due.go",
		`	if del.Attempts == 0 {`, `	if true {`, named("OfARemovedAction", "internal/reconcile"),
	},
	{
		"an expired event is not redelivered", "internal/reconcile/due.go",
		`, err == nil && s.Expired(d.Now()):`, `:`, named("Row77", "internal/reconcile"),
	},
	{
		"an expired event is not published", "internal/reconcile/pending.go",
		`!s.Pending || s.Expired(p.Now())`, `!s.Pending`, named("Row77", "internal/reconcile"),
	},
	{
		"an expired event's subscribers are not recorded", "internal/reconcile/unrecorded.go",
		`has[s.ref()] || s.stored.Expired(u.Now())`, `has[s.ref()]`, named("Row77", "internal/reconcile"),
	},
	{
		"a pending event keeps the cursor of what is unrecorded", "internal/reconcile/unrecorded.go",
		`				got = left`, `				got = handled`, named("PublishedLate", "internal/reconcile"),
	},
	{
		"a cursor behind what is left stays for the whole walk", "internal/reconcile/walk.go",
		`moves = moves && got == handled`, `moves = got == handled`, named("PublishedLate", "internal/reconcile"),
	},
	{
		"the cursor stays before what failed", "internal/reconcile/walk.go",
		`; err == nil && moves {`, `; true {`, named("CursorStays", "internal/reconcile"),
	},
	{
		"an unreadable event holds no other up", "internal/reconcile/walk.go",
		`		case errors.Is(err, event.ErrInvalid):`, `		case false:`, named("UnreadableEventStops", "internal/reconcile"),
	},
	{
		"the fetch of what never came", "internal/reconcile/runner.go",
		`	r.Fetched, missing = s.Missing.Sweep(ctx)`, `	r.Fetched, missing = Fetched{}, nil`, simulated(),
	},
	{
		"the fetch's position moves after the commit", "internal/reconcile/missing.go",
		`		if err := take(body); err != nil {`, `		if err := take(body); false {`, simulated(),
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
		"the fetch's window ends now, also if it was begun ahead of time", "internal/reconcile/missing.go",
		`p.Window.To = earlier(p.Window.To, m.Now())`, `_ = 0`, named("WhatWasYoung", "internal/reconcile"),
	},
	{
		"the fetch trusts no clock that was ahead", "internal/reconcile/missing.go",
		`since >= 0 && since < fullEvery {`, `since < fullEvery {`, named("ClockThatWasAhead", "internal/reconcile"),
	},
}
