package main

// listed: what Stripe lists comes in once, and neither list holds the other up.
var listed = []guard{
	{
		"a thin event is known by the id that it was delivered with", "internal/reconcile/accept.go",
		`	if f.Thin() {`, `	if false {`, named("AThinEventIsStoredOnce", "internal/reconcile"),
	},
	{
		"what both lists have counts once", "internal/reconcile/accept.go",
		`	m.met[f.ID] = true`, ``, named("Row60", "internal/reconcile"),
	},
	{
		"the lists of an account take turns", "internal/reconcile/turns.go",
		`{ *queue = append(*queue, p) }`, `{ *queue = append([]Part{p}, *queue...) }`, named("WhateverSnapshotsThereAre", "internal/reconcile"),
	},
	{
		"a part of a window whose page expired is halved", "internal/reconcile/thin_window.go",
		`w.End, w.Page = w.Done.Add(half), ""`, `w.Page = ""`, named("InParts", "internal/reconcile"),
	},
	{
		"the later half of a window is listed after the earlier", "internal/reconcile/thin_window.go",
		`	case w.End.Before(w.To):`, `	case false:`, named("EveryThinEventIsStoredOnce", "internal/reconcile"),
	},
	{
		"a page of thin events is left when all of it is stored", "internal/reconcile/thin_window.go",
		`	if err := take(ctx, bodies); err != nil {`, `	if err := take(ctx, bodies); false {`, named("OnlyWhenAllOfItIsStored", "internal/reconcile"),
	},
	{
		"the position between two pages of thin events is kept", "internal/reconcile/thin.go",
		`	return more, s.Save(ctx, m.Ledger)`, `	return more, nil`, named("InParts", "internal/reconcile"),
	},
	{
		"windows of thin events overlap", "internal/reconcile/thin.go",
		`earlier(at, now).Add(-overlap)`, `earlier(at, now)`, named("YoungThinEvents", "internal/reconcile"),
	},
	{
		"a window of thin events begun ahead of time is begun anew", "internal/reconcile/thin.go",
		` || w.To.After(m.Now())`, ``, named("CannotBeContinued", "internal/reconcile"),
	},
	{
		"a refused list of thin events keeps its place", "internal/reconcile/thin.go",
		`s.At.Window, s.At.Next = nil,`, `s.At.Window, s.At.At, s.At.Next = nil, m.Now(),`, named("SkipsNothing", "internal/reconcile"),
	},
	{
		"a refused list of thin events is no failure", "internal/reconcile/thin_refused.go",
		`!ofListing(err) || !denied && !errors.Is(err, event.ErrNotFound)`, `denied || true`, named("SkipsNothing", "internal/reconcile"),
	},
	{
		"a store that refuses an event is a failure", "internal/reconcile/thin_refused.go",
		`!ofListing(err) || !denied`, `!denied`, named("StoreThatRefuses", "internal/reconcile"),
	},
	{
		"the listing of thin events trusts no clock that was ahead", "internal/reconcile/thin.go",
		` || wait > fullEvery`, ``, named("CannotBeContinued", "internal/reconcile"),
	},
	{
		"a gap of both lists is one", "internal/reconcile/thin.go",
		` && from.Sub(s.snapshots.At.Lost) > 24*time.Hour`, ``, named("GapOfBothLists", "internal/reconcile"),
	},
	{
		"a gap of thin events is reported", "internal/reconcile/thin.go",
		`		m.thinGap(ctx, s)
`, ``, named("GapOfBothLists", "internal/reconcile"),
	},
	{
		"an account that was silent has no gap", "internal/reconcile/scopes.go",
		`p.At.At, p.At.Lost, p.At.Window = long, long, nil`, `p.At.At, p.At.Window = long, nil`, named("WasSilent", "internal/reconcile"),
	},
}
