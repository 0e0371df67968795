package main

// work: fan-out, actions and sweeps.
var work = []guard{
	{
		"the partial batch response of dispatch", "internal/dispatch/dispatch.go",
		`		out.BatchItemFailures = append(`, `		_ = append(`, named("WithoutAnID", "internal/dispatch"),
	},
	{
		"the partial batch response of dispatch, in the simulation", "internal/dispatch/dispatch.go",
		`		if it.err == nil {
			continue`, `		if it.err == nil || it.env.ID != "" {
			continue`, simulated(),
	},
	{
		"a poison record is quarantined", "internal/dispatch/dispatch.go",
		`	case !errors.Is(err, event.ErrInvalid):`, `	case err != nil:`, simulated(),
	},
	{
		"a replay for one action goes to that one", "internal/dispatch/dispatch.go",
		`	it.env = event.Envelope{Facts: f, Only: only}`, `	it.env, _ = event.Envelope{Facts: f}, only`, named("AReplayForOne", "internal/dispatch"),
	},
	{
		"the transaction (state and record commit together)", "internal/action/attempt.go",
		`	if err := a.h.Ledger.Save(ctx, a.d, ws...); err != nil {`,
		`	for _, w := range ws {
		if err := a.h.Ledger.Write(ctx, w); err != nil {
			return err
		}
	}
	if err := a.h.Ledger.Save(ctx, a.d); err != nil {`, simulated(),
	},
	{
		"the lease (one attempt at a time)", "internal/action/handler.go",
		`Lease: until.Add(leaseMargin)`, `Lease: begin.Add(1)`, simulated(),
	},
	{
		"no claim without the time to finish", "internal/action/handler.go",
		`	if until.Sub(begin) < minTime {`, `	if until.Sub(begin) < 0 {`, named("WithoutTimeLeft", "internal/action"),
	},
	{
		"unknown after an interrupted effect", "internal/action/outside.go",
		`held.State, held.Error, held.Updated = event.EffectUnknown, "interrupted between the call and its record", a.h.Now()`,
		`held.State, held.Updated = event.EffectReleased, a.h.Now()
		if err := a.h.Ledger.Settle(ctx, held); err != nil {
			return held, err
		}
		return a.h.Ledger.Intend(ctx, intent)`, simulated(),
	},
	{
		"unknown after a lost reply", "internal/action/outside.go",
		`	case certain(err) || again:`, `	case err != nil || again:`, simulated(),
	},
	{
		"at least once is tried again", "internal/action/outside.go",
		`	case certain(err) || again:`, `	case certain(err):`, simulated(),
	},
	{
		"an effect in progress is waited for", "internal/action/outside.go",
		`held.Lease.After(a.h.Now()):`, `held.Lease.IsZero():`, named("WaitsForItsLease", "internal/action"),
	},
	{
		"one receipt per payment, not per event", "functions/send-receipt/receipt.go",
		`key: "receipt/" + p,`, `key: "receipt/" + e.ID,`, named("SameMoment|SameMails", "functions/send-receipt"),
	},
	{
		"the partial batch response of an action", "internal/action/handler.go",
		`		if k {`, `		if k && false {`, named("OneBadMessage", "internal/action"),
	},
	{
		"parked after three days", "internal/action/attempt.go",
		`	if now.Sub(a.d.First) >= giveUp {`, `	if now.Sub(a.d.First) >= 1000*giveUp {`, named("ThreeDays", "internal/action"),
	},
	{
		"no other API version in a typed action", "internal/action/event.go",
		`	if !anyVersion && `, `	if false && `, named("AnotherVersion", "internal/action"),
	},
	{
		"no address in an error that is kept", "internal/action/redact.go",
		`		s = r.re.ReplaceAllString(s, r.to)`, `		_ = r`, named("WithoutAddresses", "internal/action"),
	},
	{
		"the sweep of what is pending", "internal/reconcile/owed.go",
		`	if s.Pending {`, `	if s.Pending && false {`, simulated(),
	},
	{
		"the sweep of what is due", "internal/reconcile/owed.go",
		`errors.Join(o.walk(ctx, &r), o.due(ctx, &r))`, `errors.Join(o.walk(ctx, &r))`, simulated(),
	},
	{
		"the sweep of what has no record", "internal/reconcile/owed.go",
		`		if err := o.owe(ctx, s.ID, action); err != nil {
			return n, err
		}
		r.Owed++`, `		r.Owed++`, simulated(),
	},
	{
		"a replay for one action hides no other", "internal/reconcile/owed.go",
		`		if err := o.publish(ctx, s); err != nil {
			return n, err
		}`, `		return n, o.publish(ctx, s)`, named("AReplayForOne", "internal/reconcile"),
	},
	{
		"an unreadable event holds no other up", "internal/reconcile/owed.go",
		`		if errors.Is(err, event.ErrInvalid) {
			odd, err =`, `		if false {
			odd, err =`, simulated(),
	},
	{
		"the cursor stays before what failed", "internal/reconcile/owed.go",
		`		if failed = errors.Join(failed, err); failed != nil || budget <= 0 || !timeLeft(ctx) {`,
		`		if failed = errors.Join(failed, err); false {`, named("TheCursorStays", "internal/reconcile"),
	},
	{
		"the fetch of what never came", "internal/reconcile/sweeps.go",
		`	fetched, missed := s.Missed.Sweep(ctx)`, `	fetched, missed := Fetched{}, error(nil)`, simulated(),
	},
	{
		"the fetch's position moves after the commit", "internal/reconcile/missed.go",
		`		if err := take(body); err != nil {`, `		if err := take(body); false {`, simulated(),
	},
	{
		"the fetch's windows overlap", "internal/reconcile/missed.go",
		`	w = &window{From: at.Add(-overlap),`, `	w = &window{From: at,`, named("ListedLate", "internal/reconcile"),
	},
	{
		"the fetch trusts no clock that was ahead", "internal/reconcile/missed.go",
		`since >= 0 && since < fullEvery {`, `since < fullEvery {`, named("ClockThatWasAhead", "internal/reconcile"),
	},
}
