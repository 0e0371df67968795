package main

// changes: state exactly once, effects never repeated on a guess.
var changes = []guard{
	{
		"the transaction (state and record commit together)", "internal/delivery/attempt.go",
		`	if err := a.h.Ledger.Commit(ctx, event.Commit{Delivery: a.d, Claimed: a.claimed, Writes: ws}); err != nil {`,
		`	for _, w := range ws {
		if err := a.h.Ledger.Write(ctx, w); err != nil {
			return err
		}
	}
	if err := a.h.Ledger.Commit(ctx, event.Commit{Delivery: a.d, Claimed: a.claimed}); err != nil {`, simulated(),
	},
	{
		"a conflict runs the transitions again", "internal/delivery/attempt.go",
		`errors.Is(cerr, event.ErrConflict) && try < conflicts:`, `errors.Is(cerr, event.ErrConflict) && false:`, named("AConflictRuns", "internal/action"),
	},
	{
		"a round after the rows are written writes none", "internal/delivery/state.go",
		`	if a.d.Committed {`, `	if false {`, rowTest("Row73"),
	},
	{
		"a round after the rows are written writes none, in the simulation", "internal/delivery/state.go",
		`	if a.d.Committed {`, `	if false {`, simulated(),
	},
	{
		"rows that were written stay noted", "internal/delivery/attempt.go",
		`a.d.Committed || len(ws) > 0`, `len(ws) > 0`, rowTest("Row73"),
	},
	{
		"the scope in the key of a row", "internal/delivery/state.go",
		`	key := a.stored.Key(kind, id)`, `	key := event.Scope{Livemode: true}.Key(kind, id)`, rowTest("TwoScopes"),
	},
	{
		"the scope in the key of an effect", "internal/delivery/effect.go",
		`Scope: a.stored.Scope, Key: key}`, `Scope: event.Scope{Livemode: true}, Key: key}`, rowTest("TwoScopes"),
	},
	{
		"the effect's lease is held against the clock before the call", "internal/delivery/effect.go",
		`	if a.h.Now().Before(held.Lease) {`, `	if true {`, rowTest("Row75"),
	},
	{
		"an event waits for its own effect in progress", "internal/delivery/effect.go",
		`held.Lease.After(a.h.Now()):`, `held.Lease.After(a.h.Now()) && held.Event != a.d.Event:`, rowTest("Row74Second"),
	},
	{
		"an event waits for another's effect in progress", "internal/delivery/effect.go",
		`held.Lease.After(a.h.Now()):`, `held.Lease.After(a.h.Now()) && held.Event == a.d.Event:`,
		named("AnotherAttemptOfTheSameEffect", "internal/action"),
	},
	{
		"at least once waits for an effect in progress, too", "internal/delivery/effect.go",
		`held.Lease.After(a.h.Now()):`, `held.Lease.After(a.h.Now()) && !again:`, rowTest("Row74AtLeastOnce"),
	},
	{
		"an effect in progress is waited for, in the simulation", "internal/delivery/effect.go",
		`held.Lease.After(a.h.Now()):`, `held.Lease.IsZero():`, simulated(),
	},
	{
		"unknown after an interrupted effect", "internal/delivery/effect.go",
		`		held.State, held.Error, held.Updated = event.EffectUnknown, "interrupted between the call and its record"+a.lastError(held), a.h.Now()
		if err := a.h.Ledger.Resolve(ctx, held); err != nil {
			return held, err
		}`,
		`		held.State, held.Updated = event.EffectNotPerformed, a.h.Now()
		if err := a.h.Ledger.Resolve(ctx, held); err != nil {
			return held, err
		}
		return a.h.Ledger.Intend(ctx, intent)`, simulated(),
	},
	{
		"another event's unknown effect is left to it", "internal/delivery/effect.go",
		`		return held, event.Skipf("left to`, `		_, _ = held, event.Skipf("left to`, named("ALostReply", "internal/action"),
	},
	{
		"unknown after a lost reply", "internal/delivery/effect.go",
		`	case knownNotPerformed(err) || again:`, `	case err != nil:`, simulated(),
	},
	{
		"at least once is tried again", "internal/delivery/effect.go",
		`	case knownNotPerformed(err) || again:`, `	case knownNotPerformed(err):`, simulated(),
	},
	{
		"unknown if the outcome could not be recorded", "internal/delivery/effect.go",
		`	case rerr == nil || held.State == event.EffectNotPerformed:`, `	case rerr == nil || held.State != event.EffectUnknown:`, rowTest("CannotBeRecorded"),
	},
	{
		"an intent whose reply was lost is taken back", "internal/delivery/effect.go",
		`		_ = a.resolve(ctx, intent)`, ``, rowTest("TakenBack"),
	},
	{
		"one key is for one effect of an event", "internal/delivery/effect.go",
		`	if a.used[key] {`, `	if false {`, rowTest("OneKey"),
	},
	{
		"one change of a row by an event", "internal/delivery/state.go",
		`		if u.table == table && u.key == key {`, `		if false && u.table == table {`, named("TwoUpdates", "internal/action"),
	},
	{
		"a withheld effect keeps no row from its change", "internal/delivery/effect.go",
		`		err = &withheldError{err}`, ``, rowTest("Row73"),
	},
	{
		"an effect lives as long as its last event", "internal/delivery/effect.go",
		`	if held.Event == a.d.Event || held`, `	if true || held.Event == a.d.Event || held`, rowTest("EffectLives"),
	},
	{
		"what was fetched stays the same", "internal/delivery/effect.go",
		`	if err == nil && held.State == event.EffectDone {
		return held.Result, a.extend`, `	if false {
		return held.Result, a.extend`, rowTest("FetchedResult"),
	},
	{
		"a denied effect is tried again", "internal/delivery/verdict.go",
		`, errors.Is(err, event.ErrDenied):`, `:`, rowTest("Denied"),
	},
	{
		"AccessDenied is a denial and no rejection", "internal/outcome/outcome.go",
		`	"AccessDeniedException":       Denied,`, ``, named(".", "internal/outcome"),
	},
	{
		"a typed action reads its API version alone", "internal/action/typed.go",
		`	if !facts.Version(f.APIVersion).ReadAs(version) {`, `	if false {`, named("AnotherVersion", "internal/action"),
	},
	{
		"a typed action reads its object alone", "internal/action/typed.go",
		`	if !names(t.Name(), f.ObjectType) {`, `	if false {`, named("AnotherObject", "internal/action"),
	},
	{
		"no address in an error that is kept", "internal/delivery/redact.go",
		`		s = r.re.ReplaceAllString(s, r.to)`, `		_ = r`, named("WithoutAddresses", "internal/action"),
	},
}
