package main

// thin: a thin event and its snapshot twin are one event, and actions read what was
// fetched for it.
var thin = []guard{
	{
		"a thin event has the id of its twin", "internal/webhook/thin.go",
		`		f.ID = to.keep(twin)`, `		_ = to.keep(twin)`, named("TestThinEvents", "internal/webhook"),
	},
	{
		"a thin event has the type of its twin", "internal/webhook/thin.go",
		`		f.Type, f.SentAs = facts.SnapshotType(kind), kind`, `		f.Type, f.SentAs = facts.SnapshotType("")+kind, kind`, named("TestThinEvents", "internal/webhook"),
	},
	{
		"the client of a request is not stored", "internal/ingest/intake.go",
		`	body = webhook.WithoutClient(body)`, ``, named("ClientOfARequest", "internal/fetch"),
	},
	{
		"twins are about one object", "internal/event/event.go",
		`		return f.Object == o.Object || f.Object == "" || o.Object == ""`, `		return true`, inMemory("thin"),
	},
	{
		"a thin twin is a duplicate", "internal/dynamo/events.go",
		`	case f.Thin():
		return event.ResultDuplicate
`, ``, kept("thin"),
	},
	{
		"the snapshot of a thin event is its payload", "internal/ingest/intake.go",
		`	case result == event.ResultUnfetched:`, `	case result == event.ResultUnfetched && false:`, named("SnapshotCompletes", "internal/fetch"),
	},
	{
		"a payload is stored once", "internal/dynamo/link.go",
		`	return &ddb.Put{TableName: t.table("events"), Item: it, ConditionExpression: aws.String("attribute_not_exists(id)")}`, `	return &ddb.Put{TableName: t.table("events"), Item: it}`, kept("link"),
	},
	{
		"an event is linked to its own occurrence", "internal/dynamo/link.go",
		`	if it == nil || !readFacts(r).SameOccurrence(l.Event.Facts) || r.err != nil {`, `	if false && r.err != nil {`, kept("link"),
	},
	{
		"a rendering is in no listing", "internal/dynamo/link.go",
		` REMOVE #shard, subject_key, customer_key, pending, published`, ` REMOVE #shard, customer_key, pending, published`, kept("link"),
	},
	{
		"what is not pending does not become so", "internal/dynamo/link.go",
		`	case l.Thin.Pending:`, `	default:`, kept("link"),
	},
	{
		"a posted snapshot is published by dispatch", "internal/dynamo/link.go",
		`	case l.Thin.Pending && l.Posted:`, `	case false:`, kept("link"),
	},
	{
		"one event at a time asks Stripe", "internal/fetch/fetch.go",
		`make(chan struct{}, 1)`, `make(chan struct{}, 9)`, named("OneEventAtATime", "internal/fetch"),
	},
	{
		"nothing is fetched for no one", "internal/dispatch/publish.go",
		`		if it.fetch && it.unlisted == nil && len(it.subscribers) == 0 {`, `		if false {`, named("WithoutSubscribers", "internal/fetch"),
	},
	{
		"a ping has no subscribers", "internal/bus/bus.go",
		`	if e.Type == event.ThinPing {`, `	if false {`, named("PingHasNoSubscribers", "internal/bus"),
	},
	{
		"nothing is left out by rules that are a minute old", "internal/event/thin.go",
		`	if err := b.Refresh(ctx, justNow); err != nil {`, `	if false {
		var err error`, named("YoungerRule", "internal/bus"),
	},
	{
		"dispatch leaves to fetch what it has fetched", "internal/dispatch/dispatch.go",
		`	if s.ByFetch && !s.ToFetch {
		return nil
	}
`, ``, named("SevenSubscribers", "internal/fetch"),
	},
	{
		"fetch publishes until subscribers are recorded", "internal/dispatch/publish.go",
		`	return errors.Join(it.err, it.unlisted)`, `	return it.err`, named("CannotBeListed", "internal/fetch"),
	},
	{
		"an action waits for the payload", "internal/delivery/handler.go",
		`	case s.Unfetched() && h.Action != event.Fetch:`, `	case s.Unfetched() && h.Action != event.Fetch && false:`, rowTest("WaitsForTheObject"),
	},
	{
		"a thin twin is published when it is fetched", "internal/fetch/fetch.go",
		`	if s.Unfetched() {
		return nil //`, `	if false {
		return nil //`, named("UnderBothIds", "internal/fetch"),
	},
	{
		"the fetched event is the signed one", "internal/fetch/source.go",
		`		if !field.same {`, `		if !field.same && false {`, named("AnotherEvent", "internal/fetch"),
	},
	{
		"the twin has the id that was named", "internal/fetch/learn.go",
		`	case got.ID != id:`, `	case false:`, named("AnotherEvent", "internal/fetch"),
	},
	{
		"the twin is of the signed type", "internal/fetch/learn.go",
		`	case got.Type != s.Type:`, `	case false:`, named("AnotherEvent", "internal/fetch"),
	},
	{
		"the twin is of the signed account and mode", "internal/fetch/learn.go",
		`	case got.Scope != s.Scope:`, `	case false:`, named("AnotherEvent", "internal/fetch"),
	},
	{
		"the twin is about the signed object", "internal/fetch/learn.go",
		`got.Object != "" && got.Object != s.Object:`, `got.Object != "" && got.Object != s.Object && false:`, named("AnotherEvent", "internal/fetch"),
	},
	{
		"the object is the signed one", "internal/fetch/source.go",
		`	case want.ID != "" && got.ID != want.ID:`, `	case false:`, named("TypedActions", "internal/fetch"),
	},
	{
		"the object is of the signed kind", "internal/fetch/source.go",
		`	case want.Type != "" && got.Object != want.Type && got.Object != "":`, `	case false:`, named("TypedActionsGetNoOther", "internal/fetch"),
	},
	{
		"a failed read says nothing of a version", "internal/fetch/source.go",
		`		case err == nil, errors.Is(err, event.ErrInvalid):
			continue // it is there`, `		case !errors.Is(err, event.ErrNotFound):
			continue // it is there`, named("AlthoughTheTableFailed", "internal/fetch"),
	},
	{
		"fetch's rule subscribes to no type", "internal/bus/types.go",
		`		if r.named() {`, `		if r.named() && false {`, named("NamesIt", "internal/bus"),
	},
	{
		"events that wait for their fetch are recorded later", "internal/reconcile/publish.go",
		`		case one.err == nil && p.waits(one.Stored):`, `		case false:`, named("LongAfterItWasFetched", "internal/reconcile"),
	},
	{
		"events that are never published stop no sweep", "internal/reconcile/publish.go",
		` && p.run.now().Sub(s.Received) < event.RetryLimit+Grace`, ``, named("NeverPublished", "internal/reconcile"),
	},
	{
		"a thin event is not published unfetched", "internal/reconcile/publish.go",
		`s.Pending && !s.OnBus && !s.ByFetch {`, `s.Pending && !s.OnBus {`, named("LeftToItsFetch", "internal/reconcile"),
	},
	{
		"a snapshot is listed for a thin event without one", "internal/reconcile/accept.go",
		`		case err == nil && s.Unfetched() && !f.Thin():`, `		case s.Unfetched() && false:`, named("ListedSnapshotCompletes", "internal/reconcile"),
	},
	{
		"a thin event is replayed by its fetch", "internal/operator/replay_send.go",
		`	if s.Unfetched() {`, `	if false {`, named("ReplayOfAThin", "internal/operator"),
	},
	{
		"a snapshot is not fetched", "internal/operator/replay_send.go",
		`	if r.Action == event.Fetch {`, `	if false {`, named("NothingButAThin", "internal/operator"),
	},
	{
		"a rendering is no action's", "internal/delivery/handler.go",
		`	case s.Occurrence != "" && h.Action != event.Fetch:`, `	case false:`, rowTest("RenderingIsDone"),
	},
	{
		"a write that meets a transaction", "internal/dynamo/ddb/client.go",
		`retry.AddWithErrorCodes(c.Retryer, TransactionConflict)`, `retry.AddWithErrorCodes(c.Retryer)`, named("MeetsATransaction", "internal/dynamo"),
	},
}
