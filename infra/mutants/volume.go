package main

// volume: every sweep moves in every run, and none begins from the start.
var volume = []guard{
	{
		"each sweep has its share of the run", "internal/reconcile/turns.go",
		`end.Sub(run.now()) / time.Duration(len(left)-i)`, `end.Sub(run.now()) / time.Duration(max(1, i-i))`, named("HasItsShare", "internal/reconcile"),
	},
	{
		"what a sweep does not need goes to the others", "internal/reconcile/turns.go",
		`		if len(left) == 0 || !run.now().Before(end) || ctx.Err() != nil {`, `		if len(left) < len(jobs) || !run.now().Before(end) || ctx.Err() != nil {`, named("HasItsShare", "internal/reconcile"),
	},
	{
		"the own account has every second turn", "internal/reconcile/turns.go",
		`turn%2 == 1 && len(w.Parts) > 0`, `len(w.Parts) > 0`, named("EverySecondOne", "internal/reconcile"),
	},
	{
		"a part that fails is out of the run", "internal/reconcile/turns.go",
		`		j.failed.add(part.Fail(ctx, err))`, `		j.failed.add(part.Fail(ctx, err))
		back(part)`, named("BelongsToItsPart", "internal/reconcile"),
	},
	{
		"a cursor that another run moved is no failure", "internal/reconcile/turns.go",
		`	case errors.Is(err, event.ErrConflict):`, `	case false:`, named("LostCursor", "internal/reconcile"),
	},
	{
		"a shard that failed is left alone", "internal/reconcile/receipts.go",
		`if run.Now || !w.At.Rests(run.now()) {`, `if true {`, named("LeftAloneForAWhile", "internal/reconcile"),
	},
	{
		"a pause that a clock made that was ahead is none", "internal/reconcile/backoff.go",
		`wait > 0 && wait <= connectedRests`, `wait > 0`, named("DoublesUpToItsMost", "internal/reconcile"),
	},
	{
		"the cursor of what is pending and unrecorded moves with each page", "internal/reconcile/receipts.go",
		`	return w.Save(ctx, w.ledger)
}

// Fail`, `	return nil
}

// Fail`, named("CountedOnce", "internal/reconcile"),
	},
	{
		"the cursor of a page that was not all done is behind what was", "internal/reconcile/receipts.go",
		`			w.at = positionOf(page.Items[done-1])`, `			w.at = event.Position{At: to}`, named("TimeEndsWithinAPage", "internal/reconcile"),
	},
	{
		"the cursor of what is due moves with each page", "internal/reconcile/due.go",
		`		s.At.At = page.Next`, `		s.At.At, s.arrived = page.Next, true`, named("SeveralPages", "internal/reconcile"),
	},
	{
		"the cursor of what is due is kept between runs", "internal/reconcile/due.go",
		`		err = s.Save(ctx, s.due.Ledger)`, ``, named("SeveralPages", "internal/reconcile"),
	},
	{
		"the list of what is due begins again when it has ended", "internal/reconcile/due.go",
		`		s.At.At, s.arrived = event.Position{}, true`, `		s.arrived = true`, named("SeveralPages", "internal/reconcile"),
	},
	{
		"the search for the oldest page is kept", "internal/reconcile/missing_scope.go",
		`return false, errors.Join(s.Save(ctx, m.Ledger), err)`, `return false, err`, named("SearchForTheOldest", "internal/reconcile"),
	},
	{
		"what the sweep published is on its way", "internal/reconcile/publish.go",
		`		e.Sent = e.Now`, ``, named("NotSentAgainAtOnce", "internal/reconcile"),
	},
	{
		"rules that cannot be listed stop no redelivery", "internal/reconcile/actions.go",
		`	case a.rules != nil && !ok:`, `	case !ok:`, named("RulesCannotBeListed", "internal/reconcile"),
	},
	{
		"types that cannot be listed are those of the last time", "internal/reconcile/missing_types.go",
		`		m.run.Report(err)
		return last.At, nil`, `		return last.At, err`, named("RulesCannotBeListed", "internal/reconcile"),
	},
	{
		"an action whose backlog cannot be read stops no other", "internal/reconcile/actions.go",
		`		a.run.Report(fmt.Errorf("backlog of %s: %w", action, err))
		return notNow`, `		panic(fmt.Sprint(action, err))`, named("BacklogThatCannotBeRead", "internal/reconcile"),
	},
	{
		"each minute another sweep is the first", "internal/reconcile/runner.go",
		`	first := int(run.now().Unix()/60) % len(groups)`, `	first := 0`, named("EndsTheProcess", "internal/reconcile"),
	},
	{
		"subscribers are recorded in parallel", "internal/dispatch/publish.go",
		`			it.err = errUnrecorded // until it is done`, `			it.err = nil`, named("TimeIsOver", "internal/dispatch"),
	},
	{
		"a rule whose pattern cannot be read blocks nothing", "internal/bus/bus.go",
		`		if selects, err := r.selects(doc); err == nil && selects {`, `		selects, err := r.selects(doc)
		if err != nil {
			return nil, err
		}
		if selects {`, named("Row63", "internal/bus"),
	},
	{
		"what was discarded is in the index", "internal/dynamo/reopen.go",
		`#state = :discarded, #open = :open, `, `#state = :discarded, `, kept("unfinished"),
	},
}
