package main

const (
	ledgerFile = "internal/memory/ledger.go"
	sweepFile  = "internal/memory/sweep.go"
)

// ledger: the conditions of the store's writes, in the store that the simulation
// runs on. The tables have the same in table.go.
var ledger = []guard{
	{
		"the put condition, in the simulation", "internal/memory/events.go",
		`		case !ok:
			r := &record`, `		case !ok || old.nonce != nonce:
			r := &record`, simulated(),
	},
	{
		"an unclaimed commit loses against all but none and ensured", ledgerFile,
		`	return old == nil || old.Ensured`, `	return true`, simulated(),
	},
	{
		"an unclaimed commit replaces an ensured record", ledgerFile,
		`	return old == nil || old.Ensured`, `	return old == nil`, rowTest("EnsuredDelivery"),
	},
	{
		"a claimed commit needs its owner", ledgerFile,
		`old.Owner == c.Owner && old.State == event.Waiting`, `old.State == event.Waiting`, simulated(),
	},
	{
		"a claimed commit ends no finished record", ledgerFile,
		`old != nil && old.Owner == c.Owner && old.State == event.Waiting`, `old != nil && old.Owner == c.Owner`, inMemory("commit"),
	},
	{
		"a commit removes the lease", ledgerFile,
		`	c.Ensured, c.Lease = false, time.Time{}`, `	c.Ensured = false`, inMemory("commit"),
	},
	{
		"the version condition, in the simulation", ledgerFile,
		`Version != w.Version {`, `Version > w.Version+1000 {`, simulated(),
	},
	{
		"a claim clears ensured", ledgerFile,
		`d.Updated, d.Sent, d.Ensured = c.Owner, c.Lease, c.Now, c.Now, false`, `d.Updated, d.Sent = c.Owner, c.Lease, c.Now, c.Now`, inMemory("unclaimed"),
	},
	{
		"a claim keeps its message from being doubled", ledgerFile,
		`d.Updated, d.Sent, d.Ensured = c.Owner, c.Lease, c.Now, c.Now, false`, `d.Updated, d.Ensured = c.Owner, c.Lease, c.Now, false`, inMemory("redelivery"),
	},
	{
		"a claim waits for a running lease", ledgerFile,
		`	case d.Next.After(c.Now) || d.Running(c.Now):`, `	case d.Next.After(c.Now):`, simulated(),
	},
	{
		"a claim waits for the due time", ledgerFile,
		`	case d.Next.After(c.Now) || d.Running(c.Now):`, `	case d.Running(c.Now):`, inMemory("claim"),
	},
	{
		"a claim counts its attempt", ledgerFile,
		`	d.Attempts++`, ``, inMemory("claim"),
	},
	{
		"ensure changes no record", sweepFile,
		`		if _, ok := s.deliveries[ref]; !ok {`, `		if _, ok := s.deliveries[ref]; !ok || true {`, simulated(),
	},
	{
		"a redelivery waits until it is quiet", sweepFile,
		`!d.idle(now) || d.Sent.After(millis(now.Add(-quiet))) {`, `!d.idle(now) {`, inMemory("redelivery"),
	},
	{
		"a running attempt is not redelivered", sweepFile,
		`!ok || !d.idle(now) ||`, `!ok || d.State != event.Waiting ||`, inMemory("redelivery"),
	},
	{
		"what is done is not reopened", sweepFile,
		`d.State == event.Done && !d.Withheld:`, `d.State == event.Done && false:`, inMemory("reopen"),
	},
	{
		"what was withheld may be reopened", sweepFile,
		`d.State == event.Done && !d.Withheld:`, `d.State == event.Done:`, rowTest("Row73"),
	},
	{
		"a reopening leaves a running attempt alone", sweepFile,
		`		case d.State == event.Waiting && d.Running(now):`, `		case false:`, inMemory("reopen"),
	},
	{
		"a running attempt that has the wish goes on", sweepFile,
		`			if allowStale && !d.AllowStale {`, `			if allowStale {`, inMemory("reopen"),
	},
	{
		"a reopening has an owner of its own", sweepFile,
		`	d.State, d.Owner, d.Next, d.Updated = event.Waiting, owner, now, now`, `	d.State, d.Next, d.Updated = event.Waiting, now, now`, inMemory("reopen"),
	},
	{
		"a reopening clears ensured", sweepFile,
		`	d.Ensured, d.Lease, d.Sent, d.sender = false, time.Time{}, time.Time{}, ""
	d.Outcome`, `	d.Lease, d.Sent, d.sender = time.Time{}, time.Time{}, ""
	d.Outcome`, simulated(),
	},
	{
		"a reopening keeps attempts and history", sweepFile,
		`	d.Round++`, `	d.Round++
	d.Attempts, d.History = 0, nil`, rowTest("BeginsItsScheduleAnew"),
	},
	{
		"a running attempt is not discarded", sweepFile,
		`d.State != event.Unknown && !d.idle(now):`, `d.State != event.Unknown && d.State != event.Waiting:`, inMemory("discard"),
	},
	{
		"a discard clears ensured", sweepFile,
		`		d.Ensured, d.Lease, d.Sent, d.sender = false,`, `		d.Ensured, d.Lease, d.Sent, d.sender = d.Ensured,`, inMemory("unclaimed"),
	},
	{
		"the effect key, in the simulation", "internal/memory/effects.go",
		`		if ok && old.State != event.EffectNotPerformed {`, `		if ok && old.State == event.EffectDone {`, simulated(),
	},
	{
		"a done effect stays done", "internal/memory/effects.go",
		`		if old.State == event.EffectDone && e.State != event.EffectDone {`, `		if false {`, inMemory("resolve"),
	},
	{
		"an effect is resolved by its owner", "internal/memory/effects.go",
		`e.Owner == "" || old.Owner != e.Owner {`, `e.Owner == "" {`, inMemory("resolve"),
	},
	{
		"the scope in a look-up by subject", "internal/memory/events.go",
		`r.Scope == scope && r.Subject`, `r.Subject`, inMemory("scope"),
	},
}
